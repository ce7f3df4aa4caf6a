//! Values of every size, both ways.

use rt::pool::{Blob, JobError};

use super::quiet;

#[test]
fn bytes_of_every_size_come_back() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let lens = [0, 1, 4095, 65_535, 65_536, 65_537, 1 << 20, (1 << 20) + 1, 5 << 20];
        for len in lens {
            let bytes: Vec<u8> = (0..len).map(|at| (at % 251) as u8).collect();
            let blob = pool.run(|blob: Blob| blob, (Blob::from(bytes.clone()),)).await.unwrap();
            assert!(*blob == *bytes, "a blob of {len} bytes");
            let back = pool.run(|bytes: Vec<u8>| bytes, (bytes.clone(),)).await.unwrap();
            assert!(back == bytes, "a vector of {len} bytes");
        }
    });
}

#[test]
fn many_blobs_go_beside_one_text() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let blobs: Vec<Blob> = (0..40).map(|n| Blob::from(vec![n; 50_000 + 3_001])).collect();
        let swap = |text: String, mut blobs: Vec<Blob>| {
            blobs.reverse();
            (blobs, text)
        };
        let text = "x".repeat(100_000);
        let (mut back, text_back) = pool.run(swap, (text.clone(), blobs.clone())).await.unwrap();
        back.reverse();
        assert!(back == blobs && text_back == text);
    });
}

#[test]
fn what_cannot_be_written_is_an_error_of_that_job() {
    #[derive(Clone, serde::Serialize, serde::Deserialize)]
    struct Flat {
        #[serde(flatten)]
        more: std::collections::BTreeMap<String, u32>,
    }
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let flat = Flat { more: [("a".to_owned(), 1)].into() };
        let error = pool.run(|flat: Flat| flat.more.len(), (flat,)).await.unwrap_err();
        assert!(matches!(error, JobError::Encode(_)), "{error}");
        let make = || Flat { more: [("a".to_owned(), 1)].into() };
        let Err(error) = pool.run(make, ()).await else { panic!("it was written") };
        assert!(matches!(error, JobError::Encode(_)), "{error}");
        assert_eq!(pool.run(|| 1, ()).await.unwrap(), 1);
        assert_eq!(pool.stats().started, 1);
    });
}

#[test]
fn results_of_a_map_come_in_order() {
    rt::run(async {
        let pool = quiet(2).build().unwrap();
        let results = pool.map(|n: u64| n * 3, 0..10_000).collect().await;
        assert_eq!(results.len(), 10_000);
        for (n, result) in results.into_iter().enumerate() {
            assert_eq!(result.unwrap(), 3 * n as u64);
        }
    });
}

/// Fails for some numbers, in different ways.
fn fragile(n: u32) -> u32 {
    match n {
        13 => panic!("unlucky"),
        50 => std::process::exit(5),
        _ => n,
    }
}

#[test]
fn a_crash_in_a_piece_of_a_map_fails_what_it_must() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let chunk = std::num::NonZeroUsize::new(20).unwrap();
        let results = pool.map(fragile, 0..100).chunk(chunk).collect().await;
        for (n, result) in (0_u32..).zip(results) {
            match (n, result) {
                (13, result) => {
                    assert_eq!(result.unwrap_err().as_panic().unwrap().message, "unlucky")
                }
                // The results of 40 to 49 died with the process.
                (40..=50, result) => {
                    let error = result.unwrap_err();
                    assert_eq!(error.as_crash().unwrap().how.exit_code(), Some(5), "{n}: {error}");
                }
                (_, result) => assert_eq!(result.unwrap(), n),
            }
        }
    });
}

#[test]
fn a_crash_in_an_idempotent_map_fails_one_element() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let results = pool.map(fragile, 0..100).idempotent().collect().await;
        let failed = (0..).zip(&results).filter(|(_, result)| result.is_err());
        let failed: Vec<usize> = failed.map(|(n, _)| n).collect();
        assert_eq!(failed, [13, 50]);
    });
}
