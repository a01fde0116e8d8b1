//! What no input may cost: memory and time. Whoever sets a record is told, so that a run's worst is known.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// What collecting is given (`main.memory`), in bytes: the least that can be configured.
pub const MAIN_MEMORY: u64 = 16_000_000;
/// How much memory may be used beside `main.memory`, in bytes.
const MOST_BYTES: usize = 100_000_000 + 16_000_000;
/// How much of a processor's time it may take. (What waits instead is ended by the fuzzer.)
const LONGEST: Duration = Duration::from_secs(5);

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
/// The most that any input has taken so far: bytes, and microseconds.
static MOST: [AtomicUsize; 2] = [AtomicUsize::new(0), AtomicUsize::new(0)];

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

impl Counting {
    fn taken(size: usize) {
        PEAK.fetch_max(NOW.fetch_add(size, Relaxed).wrapping_add(size), Relaxed);
    }
}

// SAFETY: every call is the system allocator's own, with the same arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Counting::taken(layout.size());
        // SAFETY: the caller keeps to what `alloc` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Counting::taken(layout.size());
        // SAFETY: the caller keeps to what `alloc_zeroed` asks for.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: `memory` came from the system allocator, with this layout.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Counting::taken(size);
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: `memory` came from the system allocator, with this layout.
        unsafe { System.realloc(memory, layout, size) }
    }
}

/// The processor's time that was used so far: a busy machine makes no input slow.
fn used() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec.try_into().unwrap_or_default(), now.tv_nsec.try_into().unwrap_or_default())
}

/// Does a piece of work, and panics where it takes more memory or time than any input may. `length` is the input's.
pub fn bounded<T>(length: usize, work: impl FnOnce() -> T) -> T {
    let before = NOW.load(Relaxed);
    PEAK.store(before, Relaxed);
    let begin = used();
    let done = work();
    let (took, bytes) = (used().saturating_sub(begin), PEAK.load(Relaxed).saturating_sub(before));
    let micros = usize::try_from(took.as_micros()).unwrap_or(usize::MAX);
    for (record, found, what) in [(&MOST[0], bytes, "bytes"), (&MOST[1], micros, "microseconds")] {
        if record.fetch_max(found, Relaxed) < found {
            eprintln!("most: {found} {what} for an input of {length} bytes");
        }
    }
    assert!(bytes <= MOST_BYTES, "an input of {length} bytes took {bytes} bytes of memory");
    assert!(took <= LONGEST, "an input of {length} bytes took {took:?}");
    done
}
