//! What the kubelet tells of ends, of pods that it does not take, and pods of themselves.

use super::scenarios::{DEAF, told};
use super::tests::World;
use crate::api::{Object, kinds};
use crate::obj;
use crate::server::{DeleteOptions, Subresource, WriteOptions};

#[test]
fn a_second_delete_does_not_hurry_the_end() {
    let mut w = World::new();
    w.pod("p", &format!("containers: [{{name: c, image: busybox, {DEAF}}}]"));
    w.run(5);
    w.delete("p");
    w.run(3);
    let by = w.by();
    let options = DeleteOptions { grace_period_s: Some(5), ..DeleteOptions::default() };
    w.api.delete(&by, kinds::POD, "default", "p", &options).expect("is there");
    w.run(20);
    assert!(w.get("p").is_terminating());
    w.run(9);
    assert!(w.get("p").is_null());
    assert_eq!(told(&w, "p", "Stopping container c"), 1, "{:?}", w.events("p"));
}
