-- Where a charge comes from, kept with its line.

-- How much of the volume was free, in its unit, as a fraction (7/2): the next line of the month goes on
-- where the free units ended. NULL is nothing.
ALTER TABLE line ADD COLUMN free text;
-- The samples behind the volume and the arithmetic of the cost, as JSON. No part of what the document says.
ALTER TABLE line ADD COLUMN explained text;

-- The sections that a tax is on, as a JSON list of patterns: from it each line's taxes are known.
ALTER TABLE tax ADD COLUMN sections text NOT NULL DEFAULT '[]';
