use std::fs::File;

/// Tells the system that these bytes will be read soon, so that it fetches them side by side instead of one wait after the other.
pub(crate) fn read_soon(file: &File, offset: u64, bytes: u64) {
    #[cfg(target_os = "linux")]
    if let Some(bytes) = std::num::NonZeroU64::new(bytes) {
        // Only advice: when it is refused, reading takes longer.
        let _ = rustix::fs::fadvise(file, offset, Some(bytes), rustix::fs::Advice::WillNeed);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (file, offset, bytes);
}
