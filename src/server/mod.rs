//! The API server: verbs, subresources, admission, patches. Nothing here may know who calls.
