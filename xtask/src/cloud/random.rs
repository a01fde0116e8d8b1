//! Numbers that look random and are the same every time.

/// SplitMix64: a dozen operations, no dependency, the same on every machine.
pub struct Random(u64);

impl Random {
    /// A sequence of its own for every purpose: what one resource draws never shifts what another does.
    pub fn of(purpose: &str) -> Random {
        // FNV-1a.
        let seed = purpose
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of `0..limit`. (That small remainders are a little likelier does no harm here.)
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    /// Some milliseconds below `limit`.
    pub fn millis(&mut self, limit: u32) -> i64 {
        i64::try_from(self.below(u64::from(limit))).unwrap_or_default()
    }

    /// Something in the shape of a UUID.
    pub fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        let high = format!("{high:016x}");
        let low = format!("{low:016x}");
        format!("{}-{}-4{}-a{}-{}", &high[..8], &high[8..12], &high[13..], &low[1..4], &low[4..])
    }
}
