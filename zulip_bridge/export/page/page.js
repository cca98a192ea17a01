(() => {
  const { moment } = reading;
  const PER_PAGE = 200, ROWS_PER_PAGE = 100, TALKS_PER_PAGE = 300, KEPT_FILES = 6, MOST_HITS = 500, AROUND = 90, MANY_COLUMNS = 12;
  const $ = (id) => document.getElementById(id);
  const other = $("other"), heading = $("other-heading"), status = $("status");
  const SUBJECT = Number($("subject").textContent);

  // --- Data files: the only scripts that this page loads. Their names are made of a number and nothing else.
  const trusted = window.trustedTypes
    ? trustedTypes.createPolicy("pages", { createScriptURL: (path) => path })
    : { createScriptURL: (path) => path };
  const arrived = new Map(), kept = new Map();
  window.steward = (number, data) => {
    const take = arrived.get(number);
    if (take) take(data);
  };
  function load(number) {
    const known = kept.get(number);
    if (known) {
      kept.delete(number);
      kept.set(number, known);
      return known;
    }
    const loading = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      const name = `pages/data-${String(Math.trunc(Number(number))).padStart(5, "0")}.js`;
      arrived.set(number, resolve);
      script.src = trusted.createScriptURL(name);
      script.onload = () => { script.remove(); arrived.delete(number); reject(new Error(`${name} is not a data file.`)); };
      script.onerror = () => {
        script.remove(); arrived.delete(number); kept.delete(number);
        reject(new Error(`${name} is missing: keep the folder “pages” beside this page.`));
      };
      document.head.append(script);
    });
    kept.set(number, loading);
    if (kept.size > KEPT_FILES) kept.delete(kept.keys().next().value);
    return loading;
  }

  // --- Making elements: text is only ever text.
  function el(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : String(value));
    }
    made.append(...children.flat().filter((each) => each !== null && each !== undefined));
    return made;
  }
  const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
  const visible = (text) => String(text).replace(OBEYED, (each) => `⟪U+${each.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟫`);
  const bdi = (text, attributes) => el("bdi", attributes, visible(text));
  const number = (value) => Number(value).toLocaleString("en");
  const plural = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;
  const day = (seconds) => moment(seconds).slice(0, 10);
  const when = (seconds) => el("time", {}, moment(seconds));
  function size(bytes) {
    for (const [unit, step] of [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]]) if (bytes >= step) return `${(bytes / step).toFixed(1)} ${unit}`;
    return plural(bytes, "byte");
  }
  const LONG = /\S{30}/;
  function cellClass(cell, numeric) {
    if (MOMENT.test(cell)) return "nowrap";
    if (numeric || cell instanceof Node) return numeric ? "number" : null;
    return [LONG.test(cell) ? "long" : "", cell.includes("\n") ? "lines" : ""].join(" ").trim() || null;
  }
  const MOMENT = /^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/;
  function table(titles, rows, numeric = [], wide = false) {
    const kind = (index) => ({ class: numeric.includes(index) ? "number" : null });
    return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table" }, el("table", { class: wide ? `wide${titles.length > MANY_COLUMNS ? " many" : ""}` : null },
      el("thead", {}, el("tr", {}, titles.map((title, index) => el("th", { scope: "col", ...kind(index) }, visible(title))))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell, index) => el("td", { class: cellClass(cell, numeric.includes(index)) }, cell instanceof Node ? cell : bdi(cell))))))));
  }
  function pager(page, pages, link, words) {
    if (pages <= 1) return null;
    const to = (target, text) => target < 0 || target >= pages ? el("span", { class: "quiet" }, text) : el("a", { href: link(target) }, text);
    return el("div", { class: "pager" }, to(0, "First"), to(page - 1, "Earlier"), el("span", {}, `${words} ${page + 1} of ${pages}`), to(page + 1, "Later"), to(pages - 1, "Last"));
  }

  // --- The index.
  let talks = [], messageFiles = [], tables = new Map(), people = new Map(), explained = new Map(), exported = null;
  const ready = load(0).then(([conversations, files, described, names, places]) => {
    talks = conversations.map(([direct, deleted, name, topic, count, first, last, parts], index) =>
      ({ index, direct: direct === 1, deleted: deleted === 1, name, topic, count, first, last, parts: parts.map(([id, places]) => ({ id, places: pairs(places) })) }));
    messageFiles = files;
    tables = new Map(described.map(([name, count, places]) => [name, { name, count, places: pairs(places), shown: pairs(places).reduce((sum, [, rows]) => sum + rows, 0) }]));
    people = new Map(names);
    explained = new Map(places);
  });
  function pairs(flat) {
    const found = [];
    for (let at = 0; at < flat.length; at += 2) found.push([flat[at], flat[at + 1]]);
    return found;
  }
  const personName = (id) => people.get(id) || `Person ${id}`;
  const talkName = (talk) => (talk.direct ? (talk.name || "Direct messages") : talk.topic || "general chat") + (talk.deleted ? " (deleted messages)" : "");

  // --- Reading a run of things that lie in several files.
  async function slice(places, from, count, pick) {
    const found = [];
    let at = 0;
    for (const [file, here] of places) {
      if (at + here > from && at < from + count) {
        const items = pick(await load(file));
        found.push(...items.slice(Math.max(0, from - at), from + count - at));
      }
      at += here;
    }
    return found;
  }
  async function messagesOf(talk, from) {
    const pick = (part) => (data) => data.filter(([id]) => id === part.id).flatMap(([, messages]) => messages);
    if (talk.parts.length === 1) return slice(talk.parts[0].places, from, PER_PAGE, pick(talk.parts[0]));
    // Two halves, what was sent and what was received: put together by the messages' ids.
    const all = [];
    for (const part of talk.parts) all.push(...await slice(part.places, 0, Infinity, pick(part)));
    return all.sort((a, b) => a[0] - b[0]).slice(from, from + PER_PAGE);
  }
  async function rowsOf(name, from = 0, count = Infinity) {
    const known = tables.get(name);
    if (!known) return [];
    const found = [];
    let at = 0;
    for (const [file, here] of known.places) {
      if (at + here > from && at < from + count) {
        const [columns, ...rows] = await load(file);
        for (const row of rows.slice(Math.max(0, from - at), Math.min(here, from + count - at))) found.push(new Map(columns.map((column, index) => [column, row[index]])));
      }
      at += here;
    }
    return found;
  }

  // --- Files of the export, and which of them may be opened from here.
  const PASSIVE = /\.(png|jpe?g|gif|webp|bmp|avif|heic|txt|md|csv|tsv|log|pdf|mp3|m4a|ogg|oga|opus|wav|flac|mp4|m4v|mov|webm|ogv|docx?|xlsx?|pptx?|od[tspg]|zip|gz|tgz|7z|rar)$/i;
  const PICTURE = /\.(png|jpe?g|gif|webp|bmp|avif)$/i;
  // A path that could lead out of the export is named and not followed.
  const inside = (path) => path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  const href = (path) => path.split("/").map(encodeURIComponent).join("/");
  function fileLink(path, words) {
    if (!inside(path)) return bdi(path);
    if (!PASSIVE.test(path)) return el("span", {}, bdi(words), el("span", { class: "quiet" }, ` (a kind of file that could run something in a browser: it is in ${visible(path)})`));
    return el("a", { href: href(path), target: "_blank", rel: "noopener noreferrer" }, bdi(words));
  }
  async function exportedFiles() {
    if (!exported) {
      exported = new Map();
      for (const row of await rowsOf("uploads")) exported.set(String(row.get("s3_path") ?? row.get("path")), `uploads/${row.get("path")}`);
    }
    return exported;
  }

  // --- Message text: Zulip's Markdown as far as it helps reading; whatever is not known stays as it was typed.
  const INLINE = /(`+)([^`\n]+)\1|!?\[([^\]\n]{0,300})\]\(([^()\s]{1,2000})\)|@_?\*\*([^*\n|]{1,200})(?:\|\d+)?\*\*|#\*\*([^*\n]{1,200})\*\*|\*\*([^*\n]{1,2000})\*\*|(https?:\/\/[^\s<>"'`|\\^{}]{1,2000})/g;
  function linked(target, words) {
    const upload = /^(?:https?:\/\/[^/]+)?\/user_uploads\/(.+)$/.exec(target);
    if (upload) {
      let path = upload[1];
      try { path = decodeURIComponent(path); } catch { /* not encoded */ }
      const local = exported && exported.get(path);
      if (!local) return el("span", {}, bdi(words || path), el("span", { class: "quiet" }, " (file not in this export)"));
      const link = fileLink(local, words || path.split("/").pop());
      return PICTURE.test(local) && inside(local) ? el("span", {}, link, el("img", { src: href(local), alt: "", loading: "lazy" })) : link;
    }
    let url = null;
    try { url = new URL(target); } catch { /* not a whole address */ }
    if (!url || !/^https?:$/.test(url.protocol)) return bdi(words && words !== target ? `${words} (${target})` : target);
    const link = el("a", { href: url.href, target: "_blank", rel: "noopener noreferrer nofollow", referrerpolicy: "no-referrer" }, bdi(words || target));
    return words && words !== target ? el("span", {}, link, el("span", { class: "quiet" }, ` (${visible(url.host)})`)) : link;
  }
  function inline(text, into) {
    let at = 0;
    for (const match of text.matchAll(INLINE)) {
      if (match.index > at) into.append(visible(text.slice(at, match.index)));
      const [whole, , code, words, target, name, channel, strong, address] = match;
      if (code !== undefined) into.append(el("code", {}, visible(code)));
      else if (target !== undefined) into.append(linked(target, words));
      else if (name !== undefined) into.append(el("span", { class: "who" }, bdi(`@${name}`)));
      else if (channel !== undefined) into.append(el("span", { class: "who" }, bdi(`#${channel}`)));
      else if (strong !== undefined) into.append(el("strong", {}, visible(strong)));
      else {
        const [, clean, rest] = /^(.*?)([.,;:!?)\]]*)$/.exec(address);
        into.append(linked(clean, ""), rest);
      }
      at = match.index + whole.length;
    }
    if (at < text.length) into.append(visible(text.slice(at)));
  }
  const FENCE = /^\s{0,3}(`{3,}|~{3,})\s*([\w-]{0,30})[^`]*$/;
  function blocks(text, into, depth = 0) {
    const lines = text.split("\n");
    let plain = [];
    const flush = () => {
      if (plain.length) { const p = el("p", { dir: "auto" }); inline(plain.join("\n"), p); into.append(p); }
      plain = [];
    };
    for (let at = 0; at < lines.length; at++) {
      const fence = FENCE.exec(lines[at]);
      if (fence && depth < 5) {
        let end = at + 1;
        while (end < lines.length && lines[end].trim() !== fence[1]) end++;
        flush();
        const inside = lines.slice(at + 1, end).join("\n");
        if (fence[2] === "quote" || fence[2] === "spoiler") { const quote = el("blockquote"); blocks(inside, quote, depth + 1); into.append(quote); }
        else into.append(el("pre", { dir: "ltr" }, visible(inside)));
        at = end;
      } else if (/^>\s?/.test(lines[at]) && depth < 5) {
        let end = at;
        while (end < lines.length && /^>/.test(lines[end])) end++;
        flush();
        const quote = el("blockquote");
        blocks(lines.slice(at, end).map((line) => line.replace(/^>\s?/, "")).join("\n"), quote, depth + 1);
        into.append(quote);
        at = end - 1;
      } else plain.push(lines[at]);
    }
    flush();
  }
  function messageElement([id, sender, sent, content, flags, edited], found) {
    const body = el("div", { class: "body" });
    blocks(content, body);
    const notes = [edited ? "edited" : "", flags.replace("has_alert_word", "alert word")].filter(Boolean).join(", ");
    return el("article", { class: `message${sender === SUBJECT ? " own" : ""}${found ? " found" : ""}`, id: `m${id}` },
      el("header", {}, el("b", {}, bdi(personName(sender))), when(sent), notes ? el("span", { class: "quiet" }, notes) : null), body);
  }

  // --- Views.
  async function conversations(argument) {
    heading.textContent = "Conversations";
    const filter = el("input", { type: "search", id: "filter", "aria-label": "Find a conversation by its name", placeholder: "Find a conversation by its name" });
    const list = el("div", {});
    const groups = new Map();
    for (const talk of talks) {
      const name = talk.direct ? "" : talk.name;
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(talk);
    }
    const ordered = [...groups].sort(([a], [b]) => a === "" ? -1 : b === "" ? 1 : a.localeCompare(b));
    for (const [, group] of ordered) group.sort((a, b) => b.last - a.last);
    const all = ordered.flatMap(([, group]) => group);
    let shown = TALKS_PER_PAGE;
    const draw = () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      const matching = all.filter((talk) => words.every((word) => `${talk.name} ${talk.topic}`.toLowerCase().includes(word)));
      const parts = [];
      let group = null, items = null;
      for (const talk of matching.slice(0, shown)) {
        const name = talk.direct ? "Direct messages" : `# ${talk.name}`;
        if (name !== group) { group = name; items = el("ul", { class: "plain talks" }); parts.push(el("h3", {}, bdi(name)), items); }
        items.append(el("li", {}, el("a", { href: `#conversation=${talk.index}` }, bdi(talkName(talk), { class: "name" }),
          el("span", { class: "quiet" }, day(talk.first) === day(talk.last) ? day(talk.last) : `${day(talk.first)} – ${day(talk.last)}`), el("span", { class: "quiet number" }, number(talk.count)))));
      }
      if (matching.length > shown) {
        const more = el("button", { type: "button" }, `Show more (${number(matching.length - shown)})`);
        more.addEventListener("click", () => { shown += TALKS_PER_PAGE; draw(); });
        parts.push(el("p", {}, more));
      }
      list.replaceChildren(el("p", { class: "quiet" }, `${plural(matching.length, "conversation")}, ${plural(matching.reduce((sum, talk) => sum + talk.count, 0), "message")}; latest first`), ...parts);
    };
    filter.addEventListener("input", () => { shown = TALKS_PER_PAGE; draw(); });
    draw();
    return [el("p", {}, filter), list];
  }
  async function conversation(argument) {
    let [, index, at, id] = (/^(\d+)(?:\+(\d+))?(?:!(\d+))?$/.exec(argument) || []).map(Number);
    const talk = talks[index];
    if (!talk) return [el("p", {}, "There is no such conversation.")];
    const pages = Math.max(1, Math.ceil(talk.count / PER_PAGE));
    if (id && talk.parts.length > 1) {
      while (at < talk.count && !(await messagesOf(talk, at)).some((message) => message[0] === id)) at += PER_PAGE;
    }
    const page = Math.min(pages - 1, Math.max(0, Math.floor((at || 0) / PER_PAGE)));
    heading.replaceChildren(bdi(talk.direct ? talkName(talk) : `# ${talk.name} › ${talkName(talk)}`));
    await exportedFiles();
    const messages = await messagesOf(talk, page * PER_PAGE);
    const link = (target) => `#conversation=${index}+${target * PER_PAGE}`;
    const marked = id || null;
    const shown = messages.map((message) => messageElement(message, message[0] === marked));
    if (marked) setTimeout(() => { const target = $(`m${marked}`); if (target) target.scrollIntoView({ block: "center" }); });
    return [el("p", { class: "quiet" }, el("a", { href: "#conversations" }, "All conversations"), ` · ${plural(talk.count, "message")} · oldest first`),
      pager(page, pages, link, "page"), ...shown, pager(page, pages, link, "page")];
  }
  const ACCOUNT = [["full_name", "Name"], ["delivery_email", "Address"], ["email", "Address in the API"], ["id", "Id"], ["role", "Role"], ["is_active", "Active"], ["date_joined", "Joined"],
    ["last_login", "Last login"], ["timezone", "Time zone"], ["default_language", "Language"], ["avatar_source", "Picture"], ["tos_version", "Terms accepted"]];
  let lookups = null;
  const names = () => lookups ||= reading.lookups(rowsOf, (id) => people.get(id));
  const facts = (entries) => el("dl", {}, entries.flatMap(([name, value]) => [el("dt", {}, bdi(name)), el("dd", {}, bdi(value))]));
  async function profile() {
    heading.textContent = "Profile";
    const [account] = await rowsOf("zerver_userprofile", 0, 1);
    if (!account) return [el("p", {}, "The account itself is not in this export.")];
    const known = await names(), named = new Set(ACCOUNT.map(([key]) => key));
    const parts = [facts(ACCOUNT.filter(([key]) => account.has(key)).map(([key, words]) => [words, reading.shown(known, key, account.get(key))]))];
    const values = await rowsOf("zerver_customprofilefieldvalue");
    if (values.length) parts.push(el("h3", {}, "Profile fields"), facts(values.map((row) => [String(known.fields.get(row.get("field"))?.get("name") ?? row.get("field_name") ?? `Field ${row.get("field")}`), reading.fieldValue(known, row.get("field"), row.get("value"))])));
    for (const [name, column, words] of [["zerver_userstatus", "status_text", "Status"], ["zerver_alertword", "word", "Alert words"], ["zerver_stream", "name", "Channels"]]) {
      const found = (await rowsOf(name)).map((row) => String(row.get(column) ?? "")).filter(Boolean);
      if (found.length) parts.push(el("h3", {}, `${words} (${number(found.length)})`), el("ul", {}, found.map((each) => el("li", {}, bdi(each)))));
    }
    const settings = [...account].filter(([key]) => !named.has(key));
    parts.push(el("h3", {}, "Settings"), facts(settings.map(([key, value]) => [key.replaceAll("_", " "), reading.shown(known, key, value)])));
    return parts;
  }
  async function files() {
    heading.textContent = "Files";
    const names = new Map((await rowsOf("zerver_attachment")).map((row) => [String(row.get("path_id")), String(row.get("file_name"))]));
    const parts = [];
    for (const [folder, words] of [["uploads", "Uploaded files"], ["avatars", "Pictures of this person"], ["emoji", "Emoji made by this person"]]) {
      const rows = await rowsOf(folder);
      if (!rows.length) continue;
      const lines = rows.map((row) => {
        const path = String(row.get("path")), original = names.get(String(row.get("s3_path"))) || path.split("/").pop();
        return [fileLink(`${folder}/${path}`, original), size(Number(row.get("size") || 0)), el("span", { class: "nowrap" }, row.get("last_modified") ? moment(row.get("last_modified")) : "–")];
      });
      parts.push(el("h3", {}, `${words} (${number(rows.length)})`), table(["file", "size", "stored"], lines, [1]));
    }
    return parts.length ? parts : [el("p", {}, "There are no files in this export.")];
  }
  const LIST_TABLES = new Set(["uploads", "avatars", "emoji"]);
  const ACTIVITY = ["zerver_realmauditlog", "zerver_useractivity", "zerver_useractivityinterval", "zerver_userpresence", "zerver_reaction", "analytics_usercount"];
  async function activity() {
    heading.textContent = "Activity";
    const parts = [el("p", {}, "What the server noted of what this person did, and of what was done to the account.")];
    for (const name of ACTIVITY) if (tables.get(name)?.count) parts.push(...await tablePart(name, 0, 25));
    return parts.length > 1 ? parts : [el("p", {}, "There are no such records in this export.")];
  }
  const TITLES = {
    zerver_realmauditlog: "Audit log", zerver_useractivity: "Requests by program", zerver_useractivityinterval: "Times of activity", zerver_userpresence: "Presence",
    zerver_reaction: "Reactions", analytics_usercount: "Counts by day", zerver_userprofile: "Account", zerver_subscription: "Subscriptions", zerver_stream: "Channels",
    zerver_attachment: "Uploaded files", zerver_alertword: "Alert words", zerver_userstatus: "Status", zerver_draft: "Drafts", zerver_scheduledmessage: "Scheduled messages",
    zerver_customprofilefieldvalue: "Profile fields", zerver_muteduser: "Muted people", zerver_usertopic: "Muted and followed topics", zerver_recipient: "Conversations, by number",
    zerver_usergroupmembership: "Group memberships", zerver_submessage: "Poll votes and widgets", zerver_savedsnippet: "Snippets", zerver_pushdevicetoken: "Phones",
  };
  const shownName = (name) => TITLES[name] || name.replace(/(^|\/)(zerver|analytics)_/, "$1").replaceAll("_", " ").replace("/", ": ");
  async function tablePart(name, from, count) {
    const rows = await rowsOf(name, from, count);
    const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))];
    const known = await names();
    const lines = rows.map((row) => columns.map((column) => reading.shown(known, column, row.get(column), row)));
    const total = tables.get(name).count;
    const more = from === 0 && count < ROWS_PER_PAGE && total > count ? el("p", {}, el("a", { href: `#table=${encodeURIComponent(name)}` }, `All ${number(total)} rows`)) : null;
    const less = tables.get(name).shown < total ? el("p", { class: "notice" }, `The first ${number(tables.get(name).shown)} rows are on this page; all are in the JSON files beside it.`) : null;
    return [el("h3", {}, `${visible(shownName(name))} (${number(total)})`), less, table(columns.map((each) => each.replaceAll("_", " ")), lines, [], true), more];
  }
  async function records() {
    heading.textContent = "All records";
    const lines = [...tables.values()].filter((each) => !LIST_TABLES.has(each.name)).map((each) =>
      [each.count ? el("a", { href: `#table=${encodeURIComponent(each.name)}` }, bdi(shownName(each.name))) : bdi(shownName(each.name)), number(each.count), explained.get(each.name) || ""]);
    return [el("p", {}, "Every row about this person in this export, by the table or list that holds it. The values as the server has them are in the JSON files beside this page."), table(["table", "rows", "what it is"], lines, [1])];
  }
  async function oneTable(argument) {
    const [encoded, at] = argument.split("+");
    const name = decodeURIComponent(encoded), known = tables.get(name);
    heading.textContent = "Records";
    if (!known) return [el("p", {}, "There is no such table.")];
    const pages = Math.max(1, Math.ceil(known.shown / ROWS_PER_PAGE)), page = Math.min(pages - 1, Math.max(0, Math.trunc(Number(at) || 0)));
    const link = (target) => `#table=${encodeURIComponent(name)}+${target}`;
    return [el("p", {}, el("a", { href: "#records" }, "All records")), ...await tablePart(name, page * ROWS_PER_PAGE, ROWS_PER_PAGE), pager(page, pages, link, "page")];
  }

  // --- Search: one data file after the other, what is found appears at once.
  let searching = 0;
  function snippet(content, words) {
    const lower = content.toLowerCase(), at = Math.max(0, lower.indexOf(words[0]));
    const from = Math.max(0, at - AROUND), to = Math.min(content.length, at + words[0].length + AROUND);
    const text = (from ? "…" : "") + content.slice(from, to).replaceAll("\n", " ") + (to < content.length ? "…" : "");
    const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
    const line = el("p", { dir: "auto", class: "body" });
    text.split(new RegExp(`(${escaped})`, "i")).forEach((part, index) => line.append(index % 2 ? el("mark", {}, visible(part)) : visible(part)));
    return line;
  }
  async function search(argument) {
    const mine = ++searching, query = decodeURIComponent(argument), words = query.toLowerCase().split(/\s+/).filter(Boolean);
    heading.replaceChildren("Search: ", bdi(query));
    $("query").value = query;
    if (!words.length) return [el("p", {}, "Type a word, or several: messages that have all of them are listed.")];
    const bar = el("progress", { max: messageFiles.length || 1, value: 0, "aria-label": "Search" }), words_ = el("span", { class: "quiet", id: "search-state" }, "Looking…");
    const stop = el("button", { type: "button" }, "Stop"), results = el("div", { id: "results" });
    stop.addEventListener("click", () => { if (searching === mine) searching++; stop.disabled = true; });
    // Where a file's part of a conversation begins in it; unknown for two halves, whose messages are looked for by id.
    const offsets = new Map(), byId = new Map();
    for (const talk of talks) {
      for (const part of talk.parts) {
        let at = 0;
        byId.set(part.id, talk);
        for (const [file, count] of part.places) { const key = `${part.id}/${file}`; if (!offsets.has(key)) offsets.set(key, talk.parts.length > 1 ? -Infinity : at); at += count; }
      }
    }
    const run = async () => {
      let hits = 0, done = 0;
      for (const row of await rowsOf("uploads")) {
        const path = String(row.get("path"));
        if (words.every((word) => path.toLowerCase().includes(word))) { hits++; if (hits <= MOST_HITS) results.append(el("article", { class: "message" }, "File: ", fileLink(`uploads/${path}`, path))); }
      }
      for (const file of messageFiles) {
        if (searching !== mine) break;
        const seen = new Map();
        for (const [index, messages] of await load(file)) {
          const before = seen.get(index) || 0;
          seen.set(index, before + messages.length);
          messages.forEach((message, at) => {
            const lower = message[3].toLowerCase();
            if (!words.every((word) => lower.includes(word))) return;
            if (++hits > MOST_HITS) return;
            const talk = byId.get(index), place = Math.max(0, offsets.get(`${index}/${file}`) + before + at);
            results.append(el("article", { class: "message" }, el("header", {}, el("b", {}, bdi(personName(message[1]))), when(message[2]),
              el("a", { href: `#conversation=${talk.index}+${place}!${message[0]}` }, bdi(talk.direct ? talkName(talk) : `# ${talk.name} › ${talkName(talk)}`))), snippet(message[3], words)));
          });
        }
        bar.value = ++done;
        words_.textContent = `${plural(hits, "result")} · ${done} of ${plural(messageFiles.length, "part")} looked through`;
      }
      if (searching === mine || stop.disabled) finish(hits, done);
    };
    const finish = (hits, done) => {
      const whole = done === messageFiles.length;
      words_.textContent = `${plural(hits, "result")}${hits > MOST_HITS ? `, the first ${MOST_HITS} are shown` : ""}${whole ? "" : ` · stopped after ${done} of ${plural(messageFiles.length, "part")}`}`;
      status.textContent = words_.textContent;
      words_.dataset.done = "1";
      bar.hidden = true;
      stop.hidden = true;
    };
    run().catch((error) => { words_.textContent = error.message; });
    return [el("div", { class: "pager" }, bar, stop, words_), results];
  }

  // --- Going from one to another.
  const VIEWS = { profile, conversations, conversation, files, activity, records, table: oneTable, search };
  const PART_OF = { conversation: "conversations", table: "records" };
  async function show() {
    const [, name, argument] = /^#?([a-z]*)=?(.*)$/s.exec(location.hash) || [];
    if (name === "main") return;
    const view = Object.hasOwn(VIEWS, name) ? name : null, fixed = view ? "other" : name === "recipients" ? "recipients" : "summary";
    if (view !== "search") searching++;
    for (const section of document.querySelectorAll("section[data-view]")) section.hidden = section.dataset.view !== fixed;
    for (const link of $("parts").children) {
      if (link.hash === `#${PART_OF[view] || view || fixed}`) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
    }
    if (view) {
      const asked = location.hash;
      let parts;
      try { await ready; parts = await VIEWS[view](argument); } catch (error) { parts = [el("p", { class: "notice" }, error.message)]; }
      if (asked !== location.hash) return;
      other.replaceChildren(...parts.filter(Boolean));
      document.body.dataset.shown = asked;
    }
    scrollTo(0, 0);
  }
  addEventListener("hashchange", () => show().then(() => { if (document.activeElement !== $("query")) $("main").focus({ preventScroll: true }); }));
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); $("query").focus(); $("query").select(); }
  });
  $("search-form").addEventListener("submit", (event) => { event.preventDefault(); location.hash = `#search=${encodeURIComponent($("query").value.trim())}`; });
  $("search-form").hidden = $("parts").hidden = false;
  show();
  ready.then(() => { document.body.dataset.ready = "1"; }, (error) => { status.textContent = error.message; });
})();
