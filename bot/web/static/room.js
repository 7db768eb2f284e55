// What a page does beyond plain HTML: times in the reader's zone, live changes, sending without
// leaving the page. Everything also works without this file.
"use strict";

const PART = "Rounds-Part";
const TICKET = "Rounds-Ticket";
const LONGEST = 4000;
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

// ---------------------------------------------------------------- times

const SHOWS = {
  full: new Intl.DateTimeFormat(undefined, {
    weekday: "short", day: "numeric", month: "short", year: "numeric",
    hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  }),
  day: new Intl.DateTimeFormat(undefined, {
    weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
  }),
  near: new Intl.DateTimeFormat(undefined, {
    weekday: "short", day: "numeric", month: "short",
    hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  }),
  time: new Intl.DateTimeFormat(undefined, { weekday: "short", hour: "2-digit", minute: "2-digit" }),
};

// The house's clock, which need not be this device's.
let ahead = 0;
const setClock = (seconds) => { ahead = Number(seconds) - Date.now() / 1000; };

const HALF_A_YEAR = 180 * 24 * 3600 * 1000;

// Within half a year nobody takes a day for that of another year.
function showTimes(within) {
  for (const time of $$("time[data-shows]", within)) {
    const at = new Date(time.dateTime);
    const isNear = Math.abs(at - Date.now() - ahead * 1000) < HALF_A_YEAR;
    const shows = time.dataset.shows === "full" && isNear ? "near" : time.dataset.shows;
    if (shows !== "full") time.title = SHOWS.full.format(at);
    time.textContent = SHOWS[shows].format(at);
    delete time.dataset.shows;
  }
}

function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min` + (minutes < 10 && whole % 60 ? ` ${whole % 60} s` : "");
  const inMinutes = Math.round(whole / 60);
  if (inMinutes < 48 * 60) {
    return `${Math.floor(inMinutes / 60)} h` + (inMinutes % 60 ? ` ${inMinutes % 60} min` : "");
  }
  const hours = Math.round(whole / 3600);
  return `${Math.floor(hours / 24)} days` + (hours % 24 ? ` ${hours % 24} h` : "");
}

function countDown() {
  const now = Date.now() / 1000 + ahead;
  for (const left of $$("[data-until]")) {
    const text = span(Number(left.dataset.until) - now);
    if (left.textContent !== text) left.textContent = text;
  }
}

// ---------------------------------------------------------------- putting HTML in place

function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  showTimes(template.content);
  return [...template.content.children];
}

async function fetched(address, part) {
  const response = await fetch(address, { headers: { [PART]: part } });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return parsed(await response.text());
}

const log = $("#log");
const isAtEnd = () => innerHeight + scrollY >= document.documentElement.scrollHeight - 160;
const toEnd = () => scrollTo(0, document.documentElement.scrollHeight);

// Take the keyboard there, as browsers do where a link leads to a place on the page.
function focusOn(place) {
  if (place.tabIndex < 0) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

// The focus and an open panel survive when their row is drawn anew.
function replace(old, fresh) {
  const panel = $("#tools", old);
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  if (panel) fresh.append(panel);
  if (old.classList.contains("found")) fresh.classList.add("found");
  old.replaceWith(fresh);
  if (!focused) return;
  if (fresh.contains(focused)) return focusOn(focused);
  const again = focused.value
    ? $$("button", fresh).find((button) => button.value === focused.value)
    : $$("a", fresh).find((link) => link.className === focused.className);
  focusOn(again ?? fresh);
}

function precedes(row, other) {
  const [a, b] = [Number(row.dataset.at), Number(other.dataset.at)];
  return a < b || (a === b && row.id < other.id);
}

// Put rows where they belong; say how many are new.
function putRows(rows) {
  let news = 0;
  for (const row of rows) {
    if (!row.id) continue;
    const old = document.getElementById(row.id);
    if (old) { replace(old, row); continue; }
    const shown = $$(".row", log);
    let place = shown.length;
    while (place > 0 && precedes(row, shown[place - 1])) place -= 1;
    if (place === 0 && $("#earlier") && shown.length) continue; // it belongs to an earlier page
    $("#empty")?.remove();
    row.classList.add("new");
    if (place < shown.length) shown[place].before(row); else log.append(row);
    news += 1;
    announce(row);
  }
  return news;
}

function announce(row) {
  const said = $("#said");
  if (!said || row.classList.contains("mine")) return;
  const name = $(".name", row)?.textContent ?? "Rounds";
  const text = ($(".text", row) ?? $("h2", row))?.textContent ?? "";
  said.textContent = `${name}: ${text.slice(0, 200)}`;
}

let unseen = 0;
function follow(wasAtEnd, news) {
  if (!news) return;
  if (wasAtEnd) return toEnd();
  unseen += news;
  const fresh = $("#fresh");
  if (!fresh) return;
  fresh.hidden = false;
  $("button", fresh).textContent = `${unseen} new ${unseen === 1 ? "message" : "messages"} ↓`;
}

function seen() {
  if (unseen && isAtEnd()) {
    unseen = 0;
    $("#fresh").hidden = true;
  }
}

function putBar(html) {
  const [bar] = parsed(html);
  const old = $("#bar");
  if (!bar || !old) return;
  setClock(bar.dataset.now);
  const at = $(".topics", old)?.scrollLeft ?? 0;
  old.replaceWith(bar);
  const topics = $(".topics", bar);
  if (topics) topics.scrollLeft = at;
  markTopic();
}

// ---------------------------------------------------------------- live changes

const room = $("#room");
let source = null;
let version = room?.dataset.live;
let renewing = null;

function lost(is) {
  const sign = $("#lost");
  if (sign) sign.hidden = !is;
}

async function renew() {
  renewing = null;
  let parts;
  try {
    parts = await fetched(room.dataset.path, "main");
  } catch {
    lost(true);
    renewLater(5000);
    return;
  }
  lost(false);
  const wasAtEnd = isAtEnd();
  for (const part of parts) {
    if (part.id === "log") putLog(part);
    else if (part.id === "bar") putBar(part.outerHTML);
    else putPart(part);
    if (part.id === "note" && composer) $("#text").placeholder = part.dataset.placeholder;
  }
  if (wasAtEnd) toEnd();
}

function renewLater(milliseconds) {
  renewing ??= setTimeout(renew, Math.random() * milliseconds);
}

// What is as it was is left alone, with the focus; of calls, which are told aloud, the place stays.
function putPart(fresh) {
  const old = document.getElementById(fresh.id);
  const [wasOpen, details] = [old && $("details", old)?.open, $("details", fresh)];
  if (details) details.open = Boolean(wasOpen);
  if (!old || old.isEqualNode(fresh)) return;
  if (fresh.id !== "calls") return old.replaceWith(fresh);
  old.hidden = fresh.hidden;
  old.replaceChildren(...fresh.childNodes);
}

// Take over a whole log: rows that are no longer in it go, the others are drawn anew.
function putLog(fresh) {
  const rows = $$(".row", fresh);
  const earlier = $("#earlier", fresh);
  const known = new Set(rows.map((row) => row.id));
  for (const row of $$(".row", log)) if (!known.has(row.id)) row.remove();
  const empty = $("#empty", fresh);
  for (const id of ["earlier", "empty"]) document.getElementById(id)?.remove();
  if (empty) log.prepend(empty);
  const wasAtEnd = isAtEnd();
  follow(wasAtEnd, putRows(rows));
  if (earlier) log.prepend(earlier);
}

function listen() {
  if (!version || source) return;
  source = new EventSource(`${room.dataset.path}/live?since=${encodeURIComponent(version)}`);
  source.addEventListener("open", () => lost(false));
  source.addEventListener("error", () => {
    lost(true);
    version = "lost"; // what happened meanwhile is not known: start over with a fresh page
    if (source?.readyState === EventSource.CLOSED) { source = null; setTimeout(listen, 5000); }
  });
  source.addEventListener("rows", (event) => {
    const wasAtEnd = isAtEnd();
    follow(wasAtEnd, putRows(parsed(event.data)));
  });
  source.addEventListener("bar", (event) => putBar(event.data));
  source.addEventListener("main", (event) => renewLater(Number(event.data)));
  source.addEventListener("beat", (event) => { if (event.data) setClock(event.data); });
}

// A page that nobody sees holds no connection: browsers have few of them for one site.
function rest() {
  if (document.hidden) {
    source?.close();
    source = null;
    version &&= "rested";
  } else listen();
}

// ---------------------------------------------------------------- sending

// Say what went wrong where the form has a place for it, else at the top for a while.
function tell(form, sentence) {
  const sorry = $(".sorry", form);
  if (!sorry) return sentence && fleeting(sentence);
  sorry.hidden = !sentence;
  sorry.textContent = sentence;
}

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form));
  if (button?.name) body.set(button.name, button.value);
  if (form.dataset.busy) return false;
  form.dataset.busy = "yes"; // not disabled: a disabled button loses the focus
  tell(form, "");
  try {
    const response = await fetch(form.action, { method: "POST", body, headers: { [PART]: "rows" } });
    const shows = response.headers.get(PART);
    const html = await response.text();
    if (form === composer) $("#answer").replaceChildren(); // it belongs to what was asked before
    if (!response.ok || !shows) {
      tell(form, shows === "sorry" ? html : "That did not work. Your words are still here; try again.");
      return false;
    }
    const ticket = response.headers.get(TICKET);
    const field = $("#say [name=ticket]");
    if (ticket && field) field.value = ticket;
    if (shows === "answer") answer(html);
    else {
      const wasAtEnd = isAtEnd();
      const news = putRows(parsed(html));
      if (form.id === "say") toEnd(); // also where the live changes were quicker than the answer
      else follow(wasAtEnd, news);
    }
    return true;
  } catch {
    tell(form, "Not sent: the connection is gone. Your words are still here; try again.");
    return false;
  } finally {
    delete form.dataset.busy;
  }
}

function fleeting(sentence) {
  const sign = $("#told");
  if (!sign) return;
  sign.textContent = sentence;
  sign.hidden = false;
  setTimeout(() => { sign.hidden = true; }, 5000);
}

function answer(html) {
  const place = $("#answer");
  place.replaceChildren(...parsed(html));
  const close = document.createElement("button");
  close.type = "button";
  close.className = "close";
  close.textContent = "✕";
  close.setAttribute("aria-label", "Close the answer");
  close.addEventListener("click", () => { place.replaceChildren(); $("#text")?.focus(); });
  place.firstElementChild?.append(close);
}

const composer = $("#say");

function resize() {
  const text = $("#text");
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
  const length = [...text.value].length;
  const shown = $(".length", composer);
  shown.textContent = length > LONGEST * 0.9 ? `${length.toLocaleString()} of ${LONGEST.toLocaleString()}` : "";
  shown.classList.toggle("over", length > LONGEST);
}

function replyTo(id, name, brief) {
  $("[name=reply]", composer).value = id;
  const sign = $(".replying", composer);
  sign.hidden = !id;
  $(".name", sign).textContent = name;
  $(".brief", sign).textContent = brief;
  if (id) $("#text").focus();
}

async function post() {
  if (!$("#text").value.trim()) return;
  if (!(await send(composer, $("button.main", composer)))) return;
  $("#text").value = "";
  replyTo("", "", "");
  resize();
  $("#text").focus();
}

// ---------------------------------------------------------------- what is pressed

const unfetched = () => fleeting("That could not be fetched; try again.");

async function openTools(link) {
  const row = link.closest(".row");
  const open = $("#tools");
  const isHere = open && row.contains(open);
  open?.remove();
  if (isHere) return;
  const [panel] = await fetched(link.href, "tools");
  row.append(panel);
  $("button, textarea, input, summary", panel)?.focus({ preventScroll: true });
  panel.scrollIntoView({ block: "nearest" });
}

function closeTools() {
  const row = $("#tools")?.closest(".row");
  if (!row) return;
  $("#tools").remove();
  $(".act.tools", row)?.focus({ preventScroll: true });
}

function found(id) {
  const target = document.getElementById(id);
  if (!target) return false;
  for (const other of $$(".found")) other.classList.remove("found");
  target.closest(".row")?.classList.add("found");
  target.scrollIntoView({ block: /^T\d/.test(id) ? "start" : "center" });
  focusOn((id === "composer" && $("#text, #name", target)) || target);
  history.replaceState(null, "", `#${encodeURIComponent(id)}`);
  return true;
}

async function earlier(link) {
  const first = $(".row", log);
  const before = first?.getBoundingClientRect().top ?? 0;
  const place = link.closest("#earlier");
  const page = (await fetched(link.href, "main")).find((part) => part.id === "log");
  if (!place.isConnected) return; // it was pressed twice
  place.replaceWith(...page.children);
  if (first) scrollBy(0, first.getBoundingClientRect().top - before);
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const link = event.target.closest("a");
  if (!link || !room) {
    if (event.target.closest("#fresh")) toEnd();
    return;
  }
  const take = (happens) => { if (happens) event.preventDefault(); };
  if (link.matches(".act.reply") && composer) {
    const row = link.closest(".row");
    const brief = ($(".text", row) ?? $("h2", row))?.textContent.trim().slice(0, 96) ?? "";
    replyTo(new URL(link.href).searchParams.get("reply"), $(".name", row)?.textContent ?? "Rounds", brief);
    take(true);
  } else if (link.matches(".act.cancel")) {
    replyTo("", "", "");
    take(true);
  } else if (link.matches(".act.tools")) {
    take(true);
    openTools(link).catch(unfetched);
  } else if (link.closest("#earlier")) {
    take(true);
    earlier(link).catch(unfetched);
  } else if (link.hash && link.pathname === location.pathname) {
    take(found(decodeURIComponent(link.hash.slice(1))));
  }
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!room || !form.closest("#log, #say")) return;
  event.preventDefault();
  if (form === composer) return post();
  const sent = await send(form, event.submitter);
  if (sent && form.closest("#tools")) closeTools();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeTools();
  const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing;
  if (sends && event.target.id === "text" && matchMedia("(pointer: fine)").matches) {
    event.preventDefault();
    post();
  }
});

// ---------------------------------------------------------------- which topic is in sight

let inSight;

function markTopic() {
  const passed = $$(".topic h2", log).filter((heading) => heading.getBoundingClientRect().top < innerHeight / 2);
  const current = passed.at(-1)?.id.slice(1);
  for (const link of $$(".topics a")) {
    if (link.dataset.topic === current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  if (current !== inSight) bringIntoStrip($(".topics [aria-current]"));
  inSight = current;
}

// On a telephone the topics stand in one line, of which a part is seen.
function bringIntoStrip(link) {
  const strip = link?.closest(".topics");
  if (!strip || strip.scrollWidth <= strip.clientWidth) return;
  const [line, one] = [strip.getBoundingClientRect(), link.getBoundingClientRect()];
  strip.scrollLeft += one.left - line.left - (line.width - one.width) / 2;
}

// ---------------------------------------------------------------- the start

setClock(($("#bar") ?? $("#page"))?.dataset.now ?? Date.now() / 1000);
showTimes(document);
setInterval(countDown, 1000);

if (room) {
  let waiting = false;
  addEventListener("scroll", () => {
    seen();
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; markTopic(); });
  }, { passive: true });
  if (version) {
    document.addEventListener("visibilitychange", rest);
    addEventListener("pagehide", () => { source?.close(); source = null; });
    addEventListener("pageshow", (event) => { if (event.persisted) { version = "rested"; listen(); } });
    listen();
    const says = location.search || !["", "#composer", "#calls"].includes(location.hash);
    if (!says && $(".row", log)) toEnd();
  }
  if (composer) {
    $("#text").addEventListener("input", () => { resize(); tell(composer, ""); });
    if (matchMedia("(pointer: fine)").matches) {
      $(".keys", composer).textContent = "Enter sends, Shift+Enter makes a new line.";
    }
    resize();
  }
  const writing = $("#composer");
  if (writing) {
    new ResizeObserver(() => {
      document.documentElement.style.setProperty("--writing", `${writing.offsetHeight + 8}px`);
    }).observe(writing);
  }
  log.addEventListener("toggle", (event) => event.target.scrollIntoView({ block: "nearest" }), true);
  markTopic();
}
