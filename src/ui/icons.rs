//! The page's icons: paths on a grid of 16, drawn in the colour of the text around them.

use yew::prelude::*;

use kubarium::views::Health;

/// An icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Play,
    Pause,
    Step,
    Back,
    Fork,
    Link,
    Bolt,
    Minus,
    Open,
    Higher,
    Folded,
    Sun,
    Moon,
    Help,
    Close,
    Plus,
    Book,
    Table,
    Grid,
    Check,
    Half,
    Dots,
    Down,
    Hourglass,
    Bang,
    Cross,
    Leave,
    Queue,
    Again,
    Heart,
    Door,
    Flag,
    Info,
    Tank,
    Edit,
    Terminal,
    Look,
    Folder,
    File,
    Globe,
    Boxes,
    Nucleus,
    Bars,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Icon::Nucleus => "M8 2.5a5.5 5.5 0 1 0 .1 0M8 6.4a1.6 1.6 0 1 0 .1 0",
            Icon::Bars => "M4 2v4M9 6v4M13 6v4M6.5 10.5v4",
            Icon::Play => "M5 3.2v9.6L13 8z",
            Icon::Pause => "M5.5 3.5v9M10.5 3.5v9",
            Icon::Step => "M4 3.5v9L10 8zM12.5 3.5v9",
            Icon::Back => "M12 3.5v9L6 8zM3.5 3.5v9",
            Icon::Fork => "M4.5 2v12M4.5 9c0-3 7-1.5 7-6M9.3 4.8l2.2-2.3 2.2 2.3",
            Icon::Link => "M6.5 9.5l3-3M7 4.5L9 2.5a3 3 0 0 1 4.2 4.2L11 9M9 11.5L7 13.5A3 3 0 0 1 2.8 9.3L5 7",
            Icon::Bolt => "M9 1.5L3.5 9H8l-1 5.5L12.5 7H8z",
            Icon::Minus => "M3 8h10",
            Icon::Open => "M4 6l4 4 4-4",
            Icon::Higher => "M4 10l4-4 4 4",
            Icon::Folded => "M6 4l4 4-4 4",
            Icon::Sun => "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
            Icon::Moon => "M13 9.8A5.6 5.6 0 0 1 6.2 3 5.6 5.6 0 1 0 13 9.8z",
            Icon::Help => "M6 6.2a2 2 0 1 1 3 1.7c-.7.4-1 .8-1 1.6M8 12v.1M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z",
            Icon::Close => "M4 4l8 8M12 4l-8 8",
            Icon::Plus => "M8 3v10M3 8h10",
            Icon::Book => "M8 4.2C6.6 3 4.5 2.8 2 3v9.5c2.5-.2 4.6 0 6 1.2 1.4-1.2 3.5-1.4 6-1.2V3c-2.5-.2-4.6 0-6 1.2zM8 4.2v9.5",
            Icon::Table => "M2 3h12v10H2zM2 6.5h12M6.5 6.5V13",
            Icon::Grid => "M2.5 2.5h4.5v4.5H2.5zM9 2.5h4.5v4.5H9zM2.5 9h4.5v4.5H2.5zM9 9h4.5v4.5H9z",
            Icon::Check => "M3 8.5l3.5 3.5L13 4.5",
            Icon::Half => "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
            Icon::Dots => "M3.5 8h.01M8 8h.01M12.5 8h.01",
            Icon::Down => "M8 2.5v8M4.5 7.5L8 11l3.5-3.5M3 13.5h10",
            Icon::Hourglass => "M4 2h8M4 14h8M5 2c0 4 6 4.5 6 8v4M11 2c0 4-6 4.5-6 8v4",
            Icon::Bang => "M8 2.5v6.5M8 12.5v.1",
            Icon::Cross => "M4 4l8 8M12 4l-8 8",
            Icon::Leave => "M9 3H4v10h5M7 8h7M11.5 5.5L14 8l-2.5 2.5",
            Icon::Queue => "M3 4h10M3 8h7M3 12h4",
            Icon::Again => "M13 8a5 5 0 1 1-1.5-3.6M13 2v3h-3",
            Icon::Heart => "M1.5 8.5H5l1.5-4 3 7L11 8.5h3.5",
            Icon::Door => "M4 14V2.5h7V14M2.5 14h11M9 8v.1",
            Icon::Flag => "M4 14V2.5M4 3h8l-2 2.7L12 8.5H4",
            Icon::Info => "M8 7.5V12M8 4.5v.1M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z",
            Icon::Tank => "M2 3v8.5a2 2 0 0 0 2 2h8a2 2 0 0 0 2-2V3M2 6c2 1.3 4 1.3 6 0s4-1.3 6 0M6 10.5h.01M10 9.5h.01",
            Icon::Edit => "M3 13l.8-3.2L11 2.6 13.4 5l-7.2 7.2zM9.5 4.1l2.4 2.4",
            Icon::Terminal => "M2 3h12v10H2zM4.5 6L7 8l-2.5 2M8.5 10.5H11",
            Icon::Look => "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3L14 14",
            Icon::Folder => "M2 4v8.5h12V5.5H8L6.5 4z",
            Icon::File => "M4 2h5l3 3v9H4zM9 2v3h3",
            Icon::Globe => "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM1.5 8h13M8 1.5c-4 4-4 9 0 13M8 1.5c4 4 4 9 0 13",
            Icon::Boxes => "M5 8.5h6v5H5zM2 2.5h5v4H2zM9 2.5h5v4H9z",
        }
    }

    /// The icon as an element that a screen reader passes over.
    pub fn draw(self) -> Html {
        html! { <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d={self.path()} /></svg> }
    }
}

/// The icon of a pod's health: each its own shape, so that none depends on its colour.
pub fn health_icon(health: Health) -> Icon {
    match health {
        Health::Ready => Icon::Check,
        Health::NotReady => Icon::Half,
        Health::Starting => Icon::Dots,
        Health::Pulling => Icon::Down,
        Health::BackingOff => Icon::Hourglass,
        Health::Failing => Icon::Bang,
        Health::Succeeded => Icon::Flag,
        Health::Failed => Icon::Cross,
        Health::Terminating => Icon::Leave,
        Health::Unscheduled => Icon::Queue,
    }
}

/// The class that gives a health its colour.
pub fn health_tone(health: Health) -> &'static str {
    match health {
        Health::Ready => "ok",
        Health::Starting | Health::Pulling => "info",
        Health::NotReady | Health::BackingOff | Health::Unscheduled => "warn",
        Health::Failing | Health::Failed => "bad",
        Health::Terminating => "gone",
        Health::Succeeded => "done",
    }
}
