//! The controller manager: one file per controller, each level-triggered and keyed.
//! Nothing here may know the scheduler, the kubelets or another controller.
