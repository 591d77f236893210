//! Containers: images as data, file systems, processes, the shell and its programs. Nothing here may know Kubernetes objects.
