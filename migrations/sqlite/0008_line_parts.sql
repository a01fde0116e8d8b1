-- Lines for a whole service.

-- What of a line falls to each resource, as JSON, where one line is for all usage of a service
-- (main.lines: service). No part of what the document says.
ALTER TABLE line ADD COLUMN parts TEXT;
