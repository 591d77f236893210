//! The form in which a client wants its answers: whole objects, tables, or metadata alone. Models the apiserver's content negotiation and
//! `transformResponseObject`.

use super::ApiServer;
use super::list::{Query, parameter};
use super::request_body::package;
use super::request_path;
use crate::api::{KindRef, Status, Value};
use crate::base::{List as _, Time};
use crate::obj;

const TYPES: &str = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

/// Functions that print objects for people. They belong to a higher layer, which hands them to the server.
#[derive(Clone, Copy, Debug)]
pub struct Printers {
    /// The table of an object or of a list of a kind, with their metadata or `whole` objects.
    pub table: fn(KindRef, &Value, bool, Time) -> Value,
    /// A document as YAML.
    pub yaml: fn(&Value) -> String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Form {
    #[default]
    Whole,
    Table,
    /// Metadata alone, of one object or of a list.
    Metadata,
    MetadataList,
}

/// What an `Accept` header asks for.
#[derive(Clone, Debug, Default)]
pub struct Representation {
    form: Form,
    version: &'static str,
    /// How much of its object each row of a table has.
    include: String,
    /// Whether it is to be YAML.
    pub yaml: bool,
}

impl Representation {
    /// Parses an `Accept` header; the first clause that can be met counts.
    pub(super) fn of(accept: &str, query: &Query) -> Result<Representation, Status> {
        let mut is_known = false;
        for clause in accept.split(',') {
            let mut parts = clause.split(';').map(str::trim);
            let media = parts.next().unwrap_or_default();
            if !matches!(media, "" | "*/*" | "application/*") && !TYPES.split(", ").any(|known| known == media) {
                continue;
            }
            is_known = true;
            let of = |name: &str| parts.clone().find_map(|p| p.strip_prefix(name)).unwrap_or_default();
            let form = match of("as=") {
                "" => Form::Whole,
                "Table" => Form::Table,
                "PartialObjectMetadata" => Form::Metadata,
                "PartialObjectMetadataList" => Form::MetadataList,
                _ => continue,
            };
            let version = match of("v=") {
                "v1beta1" => "meta.k8s.io/v1beta1",
                "v1" => "meta.k8s.io/v1",
                _ if form == Form::Whole => "",
                _ => continue,
            };
            if form == Form::Whole || of("g=") == "meta.k8s.io" {
                let include = parameter(query, "includeObject").to_owned();
                return Ok(Representation { form, version, include, yaml: media == "application/yaml" });
            }
        }
        Err(if is_known {
            not_acceptable(format!("only the following media types are accepted: {TYPES}"))
        } else {
            not_acceptable(format!("406: Not Acceptable\n\nAvailable representations: {TYPES}")).with_details(Value::map())
        })
    }

    /// An answer about a kind, in the form that was asked for.
    pub(super) fn show(&self, api: &ApiServer, kind: KindRef, answer: Value, now: Time) -> Result<Value, Status> {
        let items = answer.get("items");
        let is_list = matches!(items, Value::List(_));
        match (self.form, api.printers) {
            (Form::Table, Some(printers)) => {
                if !matches!(self.include.as_str(), "" | "Metadata" | "Object" | "None") {
                    return Err(Status::bad_request(format!(
                        "Unable to convert to Table as requested: includeObject: Invalid value: {:?}: must be 'Metadata', 'Object', 'None', or empty",
                        self.include
                    )));
                }
                let mut table = (printers.table)(kind, &answer, self.include == "Object", now);
                table.set(&["apiVersion"], self.version);
                for row in table.get_mut("rows").list_mut().iter_mut().filter(|_| self.include == "None") {
                    row.set(&["object"], Value::Null);
                }
                Ok(table)
            }
            (Form::Metadata, _) if !is_list => Ok(self.metadata("PartialObjectMetadata", &answer)),
            (Form::MetadataList, _) if is_list => {
                let mut list = self.metadata("PartialObjectMetadataList", &answer);
                list.set(&["items"], items.items().iter().map(|item| self.metadata("PartialObjectMetadata", item)).list());
                Ok(list)
            }
            (form @ (Form::Metadata | Form::MetadataList), _) => {
                let (asked, is, end) = if form == Form::Metadata { ("", "a list", "List") } else { ("List", "not a list", "") };
                let object = format!("*{}.{}{end}", package(kind), kind.kind);
                Err(not_acceptable(format!("you requested PartialObjectMetadata{asked}, but the requested object is {is} ({object})")))
            }
            _ => Ok(answer),
        }
    }

    fn metadata(&self, kind: &str, object: &Value) -> Value {
        obj!({"kind": kind, "apiVersion": self.version, "metadata": object.get("metadata").clone()})
    }

    /// Whether tables were asked for. A watch sends their columns only once.
    pub(super) fn is_table(&self) -> bool {
        self.form == Form::Table
    }
}

fn not_acceptable(message: String) -> Status {
    Status::new(406, "NotAcceptable", message)
}

impl ApiServer {
    /// Sets how tables and YAML are printed, so that clients can ask for them.
    pub fn print_by(&mut self, printers: Printers) {
        self.printers = Some(printers);
    }

    /// What a request's `Accept` header asks for. What cannot be met is refused before anything is done.
    pub fn representation(&self, path: &str, accept: &str) -> Result<Representation, Status> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        if request_path::parse_path(self, path).is_none() {
            return Ok(Representation::default());
        }
        Representation::of(accept, &request_path::parse_query(query))
    }

    /// An answer to a request at a path, in the form that was asked for.
    pub fn represented(&self, by: &Representation, path: &str, answer: Value, now: Time) -> Result<Value, Status> {
        match request_path::parse_path(self, path.split('?').next().unwrap_or_default()) {
            Some(target) if answer.get("kind").str() != "Status" => by.show(self, target.kind, answer, now),
            _ => Ok(answer),
        }
    }

    /// A document as YAML; none where no printers were set.
    pub fn yaml(&self, document: &Value) -> Option<String> {
        self.printers.map(|printers| (printers.yaml)(document))
    }
}
