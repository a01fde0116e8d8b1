use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use super::*;

/// Runs `work` in that many threads, each with a backend of its own, all at the same time.
fn together<T: Send>(home: &tempfile::TempDir, threads: usize, work: impl Fn(usize, &Csv) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(threads);
    thread::scope(|scope| {
        let (work, barrier) = (&work, &barrier);
        let all: Vec<_> = (0..threads)
            .map(|n| {
                scope.spawn(move || {
                    let csv = csv(home.path());
                    barrier.wait();
                    work(n, &csv)
                })
            })
            .collect();
        all.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn one_key_committed_by_many_at_once_is_one_document() {
    for _ in 0..20 {
        let home = home();
        let receipts = together(&home, 16, |_, csv| Bill::default().commit(csv).unwrap());
        assert!(receipts.iter().all(|receipt| *receipt == receipts[0]));
        assert_eq!(names(&home), ["demo-2013-08-01-2013-09-01.csv"]);
        assert_eq!(temporaries(&home), 0);
        let next = Bill::keyed("next").commit(&csv(home.path())).unwrap();
        assert_eq!(file(&next), "demo-2013-08-01-2013-09-01-2.csv", "no name was lost");
    }
}

#[test]
fn many_keys_of_one_name_committed_at_once_are_as_many_documents() {
    let home = home();
    let receipts = together(&home, 32, |n, csv| Bill::keyed(n.to_string()).commit(csv).unwrap());
    let unique: BTreeSet<String> = receipts.iter().map(file).collect();
    assert_eq!((unique.len(), names(&home).len()), (32, 32));
    assert_eq!(temporaries(&home), 0);
}

#[test]
fn many_keys_committed_by_several_each_are_one_document_each() {
    let home = home();
    let receipts = together(&home, 24, |n, csv| {
        let key = (n % 6).to_string();
        let receipts = [(); 3].map(|()| Bill::keyed(&key).commit(csv).unwrap());
        (key, receipts)
    });
    assert_eq!(names(&home).len(), 6);
    for (key, answers) in receipts {
        let found = Bill::keyed(&key).find(&csv(home.path())).unwrap().unwrap();
        assert!(answers.iter().all(|receipt| *receipt == found));
    }
}

#[test]
fn one_backend_serves_many_threads() {
    let home = home();
    let csv = csv(home.path());
    thread::scope(|scope| {
        for n in 0..16 {
            let csv = &csv;
            scope.spawn(move || Bill::keyed(n.to_string()).commit(csv).unwrap());
        }
    });
    assert_eq!(names(&home).len(), 16);
}

#[test]
fn a_document_is_found_while_others_ask_for_it() {
    let home = home();
    let answers = together(&home, 12, |n, csv| {
        if n % 2 == 0 { Some(Bill::default().commit(csv).unwrap()) } else { Bill::default().find(csv).unwrap() }
    });
    let receipt = Bill::default().find(&csv(home.path())).unwrap().unwrap();
    assert!(answers.into_iter().flatten().all(|answer| answer == receipt));
    assert_eq!(names(&home).len(), 1);
}
