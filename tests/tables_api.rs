//! The API's small rules held to the recorded tables: quantities, names, selectors, durations, numbers or percentages.
//! Needs the conformance folder.

use kubarium::api::duration::human_duration_signed;
use kubarium::api::quantity::{Format, Quantity};
use kubarium::api::selector::LabelSelector;
use kubarium::api::{Kind, Value, int_or_string, names, template_hash};
use kubarium::server::{strategic_merge_patch, three_way_strategic_patch};

/// Checks the rows of a table that come from this upstream test (all of them where it is empty); says all that differ.
fn check(table: &str, func: &str, rule: impl Fn(&Value) -> Result<(), String>) {
    let Ok(folder) = std::env::var("KUBARIUM_CONFORMANCE") else {
        println!("KUBARIUM_CONFORMANCE is not set: {table} was not read");
        return;
    };
    let text = std::fs::read_to_string(format!("{folder}/tables/{table}.json")).expect("the folder has the table");
    let all = Value::from_json(&text).expect("a table is JSON");
    let rows: Vec<&Value> = all
        .get("rows")
        .items()
        .iter()
        .filter(|r| func.is_empty() || r.get("func").str().rsplit('.').next() == Some(func))
        .map(|r| if func.is_empty() { r } else { r.get("row") })
        .collect();
    assert!(!rows.is_empty(), "{table} has no rows of {func}");
    let wrong: Vec<String> = rows.iter().filter_map(|r| rule(r).err().map(|e| format!("  {e}\n    {r}"))).collect();
    assert!(wrong.is_empty(), "{table} {func}: {} of {} rows differ\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

fn same<T: PartialEq + std::fmt::Debug>(got: T, wanted: T) -> Result<(), String> {
    if got == wanted { Ok(()) } else { Err(format!("got {got:?}, wanted {wanted:?}")) }
}

fn quantity(text: &Value) -> Result<Quantity, String> {
    Quantity::parse(text.str()).map_err(|e| e.to_string())
}

fn format(name: &str) -> Format {
    match name {
        "BinarySI" => Format::BinarySi,
        "DecimalSI" => Format::DecimalSi,
        _ => Format::DecimalExponent,
    }
}

#[test]
fn quantities_are_read_and_written() {
    check("fn_quantity_parse", "", |row| match (quantity(row.get("in")), row.get("error").as_str()) {
        (Err(got), Some(wanted)) => same(got.as_str(), wanted),
        (Ok(q), None) => {
            same(q.to_string().as_str(), row.get("canonical").str())?;
            // Go's numbers wrap where they overflow, ours stay at the greatest.
            if q.value().checked_mul(1000).is_some() {
                same(q.value(), row.get("value").int())?;
                same(q.milli_value(), row.get("milliValue").int())?;
            }
            same(q.sign().into(), row.get("sign").int())?;
            same(q.format(), format(row.get("format").str()))?;
            same(Ok(q.to_f64()), row.get("approxFloat64").str().parse())
        }
        (got, wanted) => Err(format!("got {got:?}, wanted {wanted:?}")),
    });
    check("quantity", "TestQuantityParse", |row| match row.as_str() {
        Some(text) => same(Quantity::parse(text).is_err(), true),
        None => match row.get("expect").as_str() {
            Some(_) => same(quantity(row.get("input"))?, quantity(row.get("expect"))?),
            None => Ok(()),
        },
    });
    for func in ["TestQuantityString", "TestQuantityParseEmit"] {
        check("quantity", func, |row| same(quantity(row.get("in"))?.to_string().as_str(), row.get("expect").str()));
    }
    check("quantity", "TestNewSet", |row| {
        same(Quantity::new(row.get("value").int(), format(row.get("format").str())).to_string().as_str(), row.get("expect").str())
    });
}

#[test]
fn quantities_are_reckoned_with() {
    check("fn_quantity_arith", "", |row| {
        let (a, b) = (quantity(row.get("a"))?, quantity(row.get("b"))?);
        same(a.cmp(&b) as i64, row.get("cmp").int())?;
        same(a.add(&b).to_string().as_str(), row.get("add").str())?;
        same(a.sub(&b).to_string().as_str(), row.get("sub").str())
    });
    check("quantity", "TestQuantityCmpInt64AndDec", |row| {
        let (a, b) = (quantity(row.get("a"))?, quantity(row.get("b"))?);
        // Beyond 64 bits the table has numbers that wrapped when they were written down.
        if matches!(a.value(), i64::MIN | i64::MAX) { Ok(()) } else { same(a.cmp(&b) as i64, row.get("cmp").int()) }
    });
    check("quantity", "TestMul", |row| {
        same(quantity(row.get("a"))?.mul(row.get("b").int()).to_string().as_str(), row.get("expected").str())
    });
    check("quantity", "TestNeg", |row| same(quantity(row.get("a"))?.neg().to_string().as_str(), row.get("expected").str()));
}

#[test]
fn names_are_judged() {
    type Rule = fn(&str) -> Vec<String>;
    let rules: [(&str, Rule); 9] = [
        ("configMapKey", names::config_map_key),
        ("dns1035label", names::dns1035_label),
        ("dns1123label", names::dns1123_label),
        ("dns1123subdomain", names::dns1123_subdomain),
        ("envVarName", names::env_var_name),
        ("labelValue", names::label_value),
        ("portName", names::port_name),
        ("qualifiedName", names::qualified_name),
        ("relaxedEnvVarName", names::relaxed_env_var_name),
    ];
    check("fn_name_validation", "", |row| {
        rules.iter().try_for_each(|(name, rule)| {
            let wanted: Vec<&str> = row.get(name).items().iter().map(Value::str).collect();
            same(rule(row.get("in").str()), wanted.iter().map(|w| (*w).to_owned()).collect()).map_err(|e| format!("{name}: {e}"))
        })
    });
}

fn judge(selector: Result<LabelSelector, String>, row: &Value) -> Result<(), String> {
    match (selector, row.get("error").as_str()) {
        (Err(got), Some(wanted)) => same(got.as_str(), wanted),
        (Ok(selector), None) => {
            same(selector.to_string().as_str(), row.get("string").str())?;
            row.get("matches").items().iter().try_for_each(|m| same(selector.matches(m.get("labels")), m.get("matches").is_true()))
        }
        (got, wanted) => Err(format!("got {got:?}, wanted {wanted:?}")),
    }
}

#[test]
fn label_selectors() {
    check("fn_label_selector_parse", "", |row| judge(LabelSelector::parse(row.get("selector").str()).map_err(|e| e.to_string()), row));
    check("fn_label_selector_object", "", |row| {
        let mut expression = Value::map();
        expression.set(&["key"], "a");
        expression.set(&["operator"], row.get("operator").clone());
        expression.set(&["values"], row.get("values").clone());
        let mut object = Value::map();
        object.set(&["matchExpressions"], Value::from(vec![expression]));
        judge(LabelSelector::from_object(&object).map_err(|e| e.to_string()), row)
    });
}

#[test]
fn durations_as_people_read_them() {
    let micros = |row: &Value| row.get("seconds").int() * 1_000_000 + row.get("millis").int() * 1_000;
    check("fn_human_duration", "", |row| same(human_duration_signed(micros(row)).as_str(), row.get("human").str()));
    for func in ["TestHumanDuration", "TestHumanDurationBoundaries"] {
        check("human_duration", func, |row| same(human_duration_signed(row.get("d").int() / 1000).as_str(), row.get("want").str()));
    }
}

#[test]
fn numbers_and_percentages() {
    check("fn_intstr_scaled", "", |row| {
        let text = row.get("in").str();
        let value = text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from);
        let scaled = |up| int_or_string::scaled(&value, row.get("total").int(), up);
        same(scaled(false).is_err(), row.get("err").is_true())?;
        same(scaled(false)?, row.get("down").int())?;
        same(scaled(true)?, row.get("up").int())
    });
}

#[test]
fn strategic_patches_are_applied_and_made() {
    let kind = Kind::named("Deployment");
    check("fn_strategic_merge_patch", "", |row| {
        let base = row.get("base");
        match (strategic_merge_patch(kind, base, row.get("patch")), row.get("error").as_str()) {
            (Err(status), Some(wanted)) => same(status.message.as_str(), wanted),
            (Ok(patched), None) => {
                same(&patched, row.get("result"))?;
                same(&three_way_strategic_patch(kind, base, &patched, base), row.get("twoWayPatch"))
            }
            (got, wanted) => Err(format!("got {got:?}, wanted {wanted:?}")),
        }
    });
}

#[test]
fn templates_have_their_hashes() {
    check("fn_pod_template_hash", "", |row| same(template_hash::compute(row.get("template"), None).as_str(), row.get("hash").str()));
}
