//! Rolling a StatefulSet to a new revision, from the highest ordinal down to the partition, one pod at a time. (`maxUnavailable` sits
//! behind a feature gate that v1.35.4 and v1.36 have turned off again by default, and is not looked at.)

use super::control::{Control, exists, revision_of};
use crate::api::{Object, Status};

impl Control<'_> {
    /// Deletes the highest pod of another revision, once all above it are available again.
    pub(super) fn roll(&mut self) -> Result<(), Status> {
        let partition = self.set.at(&["spec", "updateStrategy", "rollingUpdate", "partition"]).int();
        let lowest = usize::try_from(partition).unwrap_or(0);
        for target in (lowest..self.replicas.len()).rev() {
            let pod = self.replicas[target].clone();
            if !exists(&pod) {
                return Ok(());
            }
            if revision_of(&pod) != self.update.name() && !pod.is_terminating() {
                self.rolled += 1;
                return self.delete_pod(&pod);
            }
            if pod.is_terminating() || !self.available(&pod) {
                return Ok(());
            }
        }
        Ok(())
    }
}
