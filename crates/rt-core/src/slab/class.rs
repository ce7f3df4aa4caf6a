//! Size classes: which slot size a task of so many bytes gets.

use rt_primitive::MODEL;

/// Every slot is aligned to this many bytes.
pub(crate) const SLOT_ALIGN: usize = 16;

/// Slot sizes in bytes: steps of 16 while small, then about a quarter more each.
pub(crate) const CLASS_BYTES: [usize; 21] = [
    64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1280, 1536,
    1792, 2048,
];

/// How many classes there are.
pub(crate) const CLASSES: usize = CLASS_BYTES.len();

/// The largest task that fits a slot; a larger one keeps its future in a box.
pub(crate) const SLOT_BYTES_MAX: usize = CLASS_BYTES[CLASSES - 1];

/// The class of the smallest slot that holds `bytes`; a constant where `bytes` is one.
#[inline(always)]
pub(crate) const fn class_of(bytes: usize) -> usize {
    let mut class = 0;
    while CLASS_BYTES[class] < bytes {
        class += 1;
    }
    class
}

/// Slots of a page of this class, at most `room` bytes and `slots_max` of them.
pub(crate) const fn slots_per_page(class: usize, room: usize, slots_max: usize) -> usize {
    let fit = room / CLASS_BYTES[class];
    let most = if MODEL { 4 } else { slots_max };
    if fit < most { fit } else { most }
}

const _: () = {
    let mut class = 0;
    while class < CLASSES {
        assert!(CLASS_BYTES[class] % SLOT_ALIGN == 0);
        assert!(class == 0 || CLASS_BYTES[class] > CLASS_BYTES[class - 1]);
        class += 1;
    }
};
