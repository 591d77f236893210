//! Pods as most controllers make and delete them: each with an event of its owner (`controller.RealPodControl`).

use crate::api::{Object, Status, Value, kinds};
use crate::server::{ApiServer, Caller, DeleteOptions, EventRecorder, EventType, WriteOptions};

/// Makes a pod in its owner's namespace.
///
/// # Errors
/// What the server says, which the owner's event repeats.
pub(super) fn create_pod(api: &mut ApiServer, by: &Caller, recorder: &mut EventRecorder, owner: &Value, pod: Value) -> Result<(), Status> {
    match api.create(by, kinds::POD, owner.namespace(), pod, &WriteOptions::default()) {
        Ok(made) => {
            recorder.event(api, by.now, owner, EventType::Normal, "SuccessfulCreate", &format!("Created pod: {}", made.name()));
            Ok(())
        }
        Err(status) => {
            // In a namespace that goes away nothing can be made, and no event be written either.
            recorder.event(api, by.now, owner, EventType::Warning, "FailedCreate", &format!("Error creating: {status}"));
            Err(status)
        }
    }
}

/// Deletes a pod; one that is gone already is as good.
///
/// # Errors
/// What the server says, which the owner's event repeats.
pub(super) fn delete_pod(api: &mut ApiServer, by: &Caller, recorder: &mut EventRecorder, owner: &Value, pod: &Value) -> Result<(), Status> {
    match api.delete(by, kinds::POD, pod.namespace(), pod.name(), &DeleteOptions::default()) {
        Ok(_) => {
            recorder.event(api, by.now, owner, EventType::Normal, "SuccessfulDelete", &format!("Deleted pod: {}", pod.name()));
            Ok(())
        }
        Err(status) if status.is_not_found() => Ok(()),
        Err(status) => {
            recorder.event(api, by.now, owner, EventType::Warning, "FailedDelete", &format!("Error deleting: {status}"));
            Err(status)
        }
    }
}
