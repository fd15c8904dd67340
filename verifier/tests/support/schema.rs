//! The part of JSON Schema 2020-12 that the report's schema uses. A keyword that is not known here fails, so a schema can
//! demand nothing that is silently not checked.

use regex::Regex;
use serde_json::{Map, Value};

/// Checks `value`; the error says where and which keyword.
pub(crate) fn check(root: &Value, value: &Value) -> Result<(), String> {
    Checker { root }.check(root, value, "")
}

#[derive(Clone, Copy)]
struct Checker<'a> {
    root: &'a Value,
}

impl Checker<'_> {
    fn check(self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        let schema = schema.as_object().unwrap();
        for (keyword, demand) in schema {
            self.keyword(schema, keyword, demand, value, at)
                .map_err(|inner| if inner.is_empty() { format!("{at}: {keyword}: {value}") } else { inner })?;
        }
        Ok(())
    }

    /// An empty error stands for this keyword itself.
    fn keyword(
        self,
        schema: &Map<String, Value>,
        keyword: &str,
        demand: &Value,
        value: &Value,
        at: &str,
    ) -> Result<(), String> {
        let count = |demand: &Value| usize::try_from(demand.as_u64().unwrap()).unwrap();
        let holds = match keyword {
            "$schema" | "$defs" | "title" | "description" => true,
            "$ref" => {
                let path = demand.as_str().unwrap().strip_prefix('#').unwrap();
                return self.check(self.root.pointer(path).unwrap(), value, at);
            }
            "type" => match demand {
                Value::Array(types) => types.iter().any(|wanted| is_of_type(wanted, value)),
                wanted => is_of_type(wanted, value),
            },
            "enum" => demand.as_array().unwrap().contains(value),
            "const" => demand == value,
            "pattern" => value.as_str().is_none_or(|text| Regex::new(demand.as_str().unwrap()).unwrap().is_match(text)),
            "minLength" => value.as_str().is_none_or(|text| text.chars().count() >= count(demand)),
            "minimum" => value.as_f64().is_none_or(|number| number >= demand.as_f64().unwrap()),
            "minItems" => value.as_array().is_none_or(|items| items.len() >= count(demand)),
            "maxItems" => value.as_array().is_none_or(|items| items.len() <= count(demand)),
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    self.check(demand, item, &format!("{at}/{index}"))?;
                }
                true
            }
            "required" => value.as_object().is_none_or(|object| {
                demand.as_array().unwrap().iter().all(|key| object.contains_key(key.as_str().unwrap()))
            }),
            "properties" => {
                for (key, demand) in demand.as_object().unwrap() {
                    if let Some(member) = value.get(key) {
                        self.check(demand, member, &format!("{at}/{key}"))?;
                    }
                }
                true
            }
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object);
                for (key, member) in value.as_object().into_iter().flatten() {
                    if known.is_none_or(|known| !known.contains_key(key)) {
                        self.check(demand, member, &format!("{at}/{key}"))?;
                    }
                }
                true
            }
            "allOf" => {
                demand.as_array().unwrap().iter().try_for_each(|demand| self.check(demand, value, at))?;
                true
            }
            "anyOf" => demand.as_array().unwrap().iter().any(|demand| self.check(demand, value, at).is_ok()),
            "if" => {
                let branch = if self.check(demand, value, at).is_ok() { "then" } else { "else" };
                return schema.get(branch).map_or(Ok(()), |demand| self.check(demand, value, at));
            }
            "then" | "else" => true,
            unknown => return Err(format!("{at}: the keyword {unknown} is not known here")),
        };
        if holds { Ok(()) } else { Err(String::new()) }
    }
}

fn is_of_type(wanted: &Value, value: &Value) -> bool {
    match wanted.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        unknown => panic!("the type {unknown} is not known here"),
    }
}
