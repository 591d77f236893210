//! The contract of everything that acts on the cluster.

use super::ApiServer;
use crate::api::{KindRef, Value};
use crate::base::Time;
use crate::store::{ChangeType, ObjectKey};

/// A watch event, with the state before it.
#[derive(Clone, Debug)]
pub struct Change {
    /// The key of the object.
    pub key: ObjectKey,
    /// What happened to it.
    pub change: ChangeType,
    /// Its state before; `None` where it was just added.
    pub old: Option<Value>,
    /// Its state now; its last state where it was deleted.
    pub object: Value,
    /// The revision that made it.
    pub revision: u64,
}

impl Change {
    /// The state now, where the object is there.
    pub fn current(&self) -> Option<&Value> {
        (self.change != ChangeType::Deleted).then_some(&self.object)
    }
}

/// A level-triggered actor: changes mark work, wakes do it. It sees the cluster through the API alone.
pub trait Component {
    /// Whether changes of objects of this kind are delivered to it.
    fn watches(&self, kind: KindRef) -> bool;

    /// Takes note of a change, which is delivered some milliseconds after the commit, as by an informer. It marks work, but does none.
    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change);

    /// The earliest moment at which it has something to do.
    fn next_wake(&self) -> Option<Time>;

    /// Whether it creates no pods for objects of this kind now, because its client is throttled.
    fn is_throttled(&self, _kind: KindRef, _now: Time) -> bool {
        false
    }

    /// Does what is due at `now`, in a bounded step; what is left is due again at once.
    fn wake(&mut self, api: &mut ApiServer, now: Time);
}
