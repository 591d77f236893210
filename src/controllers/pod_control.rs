//! Creates and deletes pods as most controllers do: each with an event about its owner (`controller.RealPodControl`).

use crate::api::{Object, Status, Value, kinds};
use crate::server::{ApiServer, Caller, DeleteOptions, EventRecorder, EventType, WriteOptions};

/// Creates a pod in its owner's namespace. An error of the server is repeated in an event about the owner.
pub(super) fn create_pod(api: &mut ApiServer, by: &Caller, recorder: &mut EventRecorder, owner: &Value, pod: Value) -> Result<(), Status> {
    match api.create(by, kinds::POD, owner.namespace(), pod, &WriteOptions::default()) {
        Ok(made) => {
            recorder.event(api, by.now, owner, EventType::Normal, "SuccessfulCreate", &format!("Created pod: {}", made.name()));
            Ok(())
        }
        Err(status) => {
            // In a terminating namespace nothing can be created, not even an event.
            recorder.event(api, by.now, owner, EventType::Warning, "FailedCreate", &format!("Error creating: {status}"));
            Err(status)
        }
    }
}

/// Deletes a pod, unless it is gone already. An error of the server is repeated in an event about the owner.
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
