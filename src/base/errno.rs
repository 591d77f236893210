//! The errors of system calls on files.

/// Why a call on a file failed, with the C library's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Errno {
    /// ENOENT
    #[error("No such file or directory")]
    NoEntry,
    /// EEXIST
    #[error("File exists")]
    Exists,
    /// ENOTDIR
    #[error("Not a directory")]
    NotDirectory,
    /// EISDIR
    #[error("Is a directory")]
    IsDirectory,
    /// EACCES
    #[error("Permission denied")]
    Access,
    /// ENOTEMPTY
    #[error("Directory not empty")]
    NotEmpty,
    /// EROFS
    #[error("Read-only file system")]
    ReadOnly,
    /// ENOSPC
    #[error("No space left on device")]
    NoSpace,
    /// EINVAL
    #[error("Invalid argument")]
    Invalid,
    /// ELOOP
    #[error("Symbolic link loop")]
    Loop,
    /// ENAMETOOLONG
    #[error("Filename too long")]
    NameTooLong,
    /// EBADF
    #[error("Bad file descriptor")]
    BadDescriptor,
    /// EPIPE
    #[error("Broken pipe")]
    Pipe,
    /// EBUSY
    #[error("Resource busy")]
    Busy,
    /// EPERM
    #[error("Operation not permitted")]
    Permission,
}
