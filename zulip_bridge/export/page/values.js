"use strict";
// What the values of an export read as: words, made of texts and numbers. Elements are made in page.js.
const reading = (() => {
  const ROLES = new Map([[100, "owner"], [200, "administrator"], [300, "moderator"], [400, "member"], [600, "guest"]]);
  const PICTURES = new Map([["U", "uploaded"], ["G", "Gravatar"], ["J", "Jdenticon"]]);
  const CHOICE = 3, PEOPLE_FIELD = 6, DEEPEST_INDENT = 10;
  // Keys of the audit log's details that are numbers (zerver/models/realm_audit_logs.py).
  const DETAILS = new Map([["1", "before"], ["2", "after"], ["10", "accounts"], ["11", "people"], ["12", "bots"]]);
  // What an event changes, where its details do not say so: a column that has the same values.
  const CHANGED = new Map([["USER_ROLE_CHANGED", "role"], ["USER_BOT_OWNER_CHANGED", "bot_owner"], ["USER_DEFAULT_SENDING_STREAM_CHANGED", "stream"],
    ["USER_DEFAULT_REGISTER_STREAM_CHANGED", "stream"]]);
  // Columns with numbers that reference.json explains.
  const PEOPLE = /^(user_profile|user|acting_user|modified_user|(un)?muted_user|sender|owner|bot_owner|referred_by|author|creator|requested_by)(_id)?$|^(people|user_ids|direct_members)$/;
  const GROUPS = /^(modified_|mentioned_)?user_?group(_ptr)?(_id)?$|^(direct_)?su(b|per)groups?(_ids?)?$|^(can|create|direct_message)_.+_group$/;
  const CHANNELS = /^(stream|modified_stream|channel|default_sending_stream|default_events_register_stream)(_id)?$/;
  const JSON_TEXTS = new Set(["extra_data", "field_data"]);

  function moment(seconds) {
    const date = new Date(Number(seconds) * 1000);
    return Number.isNaN(date.getTime()) ? String(seconds) : `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  }
  const isMoment = (name, value) => typeof value === "number" && value > 1e8 && value < 1e11 && !/(^|_)ids?$|count|size|mask/.test(name);
  const isNested = (value) => typeof value === "object" && value !== null;
  function parsed(text) {
    try { return JSON.parse(text); } catch { return undefined; }
  }

  // Names by number: `rows` gives those of a table, `person` somebody's name or nothing.
  async function lookups(rows, person) {
    const named = async (table, words) => new Map((await rows(table)).map((row) => [row.get("id"), words(row)]));
    const channels = await named("reference/channels", (row) => `#\u00a0${row.get("name")}`);
    const ofRecipient = (row) => row.get("type") === 2 ? channels.get(row.get("type_id")) : (structure("people", row.get("people")) || []).map((id) => person(id) || `Person ${id}`).join(", ");
    const events = new Map((await rows("reference/audit_events")).map((row) => [row.get("id"), String(row.get("name"))]));
    const maps = [
      [CHANNELS, channels],
      [GROUPS, await named("reference/groups", (row) => row.get("name"))],
      [/^(sending_)?client$/, await named("reference/clients", (row) => row.get("name"))],
      [/^event_type$/, new Map([...events].map(([id, name]) => [id, name.toLowerCase().replaceAll("_", " ")]))],
      [/^field$/, await named("reference/profile_fields", (row) => row.get("name"))],
      [/^recipient$/, await named("reference/recipients", ofRecipient)],
    ];
    const fields = new Map((await rows("reference/profile_fields")).map((row) => [row.get("id"), row]));
    const name = (column, id) => PEOPLE.test(column) ? person(id) : maps.find(([columns]) => columns.test(column))?.[1].get(id);
    return { name, person, fields, events };
  }

  // One value of one row. `known` is what lookups() gives.
  function shown(known, column, value, row = null) {
    if (column === "value" && row && known.fields.has(row.get("field"))) return fieldValue(known, row.get("field"), value);
    const nested = structure(column, value);
    if (nested === undefined) return scalar(known, column, value);
    const changed = CHANGED.get(known.events.get(row?.get("event_type"))) || String(nested.property ?? "");
    return lines(known, nested, column, column === "extra_data" ? { changed } : null, 0).join("\n");
  }
  // Lists and objects arrive as their JSON in a list of its own; some columns hold JSON that was a text for the server too.
  function structure(column, value) {
    const found = Array.isArray(value) ? parsed(value[0]) : JSON_TEXTS.has(column) && /^[[{]/.test(value) ? parsed(value) : undefined;
    return isNested(found) ? found : undefined;
  }
  function scalar(known, column, value) {
    if (value === null || value === undefined || value === "") return "–";
    if (typeof value === "boolean") return value ? "yes" : "no";
    const name = typeof value === "number" ? known.name(column, value) : null;
    if (name) return name === `Person ${value}` ? name : `${name} (${value})`;
    if (column === "role" && ROLES.has(value)) return ROLES.get(value);
    if (column === "avatar_source" && PICTURES.has(value)) return PICTURES.get(value);
    return isMoment(column, value) ? moment(value) : String(value);
  }
  // A line for each key, what is inside further in; `details` where it is of the audit log, whose keys are numbers.
  function lines(known, value, column, details, depth) {
    const indent = "  ".repeat(Math.min(depth, DEEPEST_INDENT));
    if (!isNested(value)) return [`${indent}${scalar(known, column, value)}`];
    if (Array.isArray(value)) {
      if (!value.some(isNested)) return [`${indent}${value.map((each) => scalar(known, column, each)).join(", ") || "–"}`];
      return value.flatMap((each) => lines(known, each, column, details, depth));
    }
    const found = [], isProperty = ([key]) => key === "property";
    for (const [key, inside] of Object.entries(value).sort((a, b) => isProperty(b) - isProperty(a))) {
      const words = (details && (DETAILS.get(key) || (column === "11" && ROLES.get(Number(key))))) || key.replaceAll("_", " ").trim() || key;
      const inner = details?.changed && (key === "1" || key === "2") ? details.changed : key;
      const below = lines(known, inside, inner, details, depth + 1);
      if (below.length === 1 && !Object.keys(isNested(inside) && !Array.isArray(inside) ? inside : {}).length) found.push(`${indent}${words}: ${below[0].trim()}`);
      else found.push(`${indent}${words}:`, ...below);
    }
    return found.length ? found : [`${indent}–`];
  }
  // What somebody has in a field of the profile: people and choices are numbers there.
  function fieldValue(known, id, value) {
    const field = known.fields.get(id), type = field?.get("field_type");
    if (type === PEOPLE_FIELD) {
      const people = parsed(value);
      if (Array.isArray(people)) return people.map((each) => known.person(each) || `Person ${each}`).join(", ") || "–";
    }
    if (type === CHOICE) {
      const choices = parsed(field.get("field_data"));
      if (isNested(choices) && Object.hasOwn(choices, value) && choices[value]?.text) return String(choices[value].text);
    }
    return scalar(known, "", value);
  }
  return { moment, lookups, shown, fieldValue };
})();
