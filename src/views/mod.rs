//! What a person would look at, as plain structs. Nothing here may know how it is drawn.
