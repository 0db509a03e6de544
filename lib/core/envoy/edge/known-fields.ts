import type { GrpcJson } from '../../model/topology';
import type { HttpFilter } from '../api/http-filters';
import type { TypedPerFilterConfig } from '../api/route';
import { message, named, typed } from '../syntax/messages';
import { BUFFER, heldUpTo } from '../traffic/request-size';

const LUA = 'envoy.extensions.filters.http.lua.v3.Lua';
const WHOLE_FILTER = 'json-body';
const KNOWN_FILTER = 'json-fields';

/**
 * What refuses fields that a message does not have, before the body is translated: Envoy's translation ignores them, and has no setting.
 * The first filter waits for the whole body, since a script alone holds no more than 1 MiB.
 *
 * https://github.com/envoyproxy/envoy/issues/46623
 */
export function knownFieldsFilters(): readonly HttpFilter[] {
  return [
    message<HttpFilter>({ ...named(WHOLE_FILTER, BUFFER, { max_request_bytes: 1 }), disabled: true }),
    message<HttpFilter>({ ...named(KNOWN_FILTER, LUA, { default_source_code: { inline_string: KNOWN_SCRIPT } }), disabled: true }),
  ];
}

export function knownFieldsOf({ knownFields, anyFields, maxRequestBytes }: GrpcJson): TypedPerFilterConfig {
  if (knownFields === undefined && anyFields === undefined) return {};
  // The translation has a limit of its own, which counts what it has not yet passed on: a body in pieces is not held by it.
  const whole = heldUpTo(maxRequestBytes);
  if (knownFields === undefined) return { [WHOLE_FILTER]: whole };
  return {
    [WHOLE_FILTER]: whole,
    [KNOWN_FILTER]: typed('envoy.extensions.filters.http.lua.v3.LuaPerRoute', { filter_context: knownFields }),
  };
}

/**
 * Takes JSON as RFC 8259 has it and nothing else, so that Envoy's reader, which takes more, reads the same fields. What is between the
 * brackets, commas and names, such as numbers, that reader checks. It knows the names of a route since its first request. Of a client's
 * text, an answer has letters, digits, hyphens and underscores only.
 *
 * https://www.rfc-editor.org/rfc/rfc8259
 */
export const KNOWN_SCRIPT = String.raw`local byte, find, sub = string.byte, string.find, string.sub
local trees, BROKEN, MAX_DEPTH = {}, "The body is not JSON.", 128
local ESCAPES = { ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }
local PLAIN = {}
for char = 43, 122 do PLAIN[char] = find(string.char(char), "[%w+.-]") ~= nil end
local function character(escape, digits)
  if escape ~= "u" then return ESCAPES[escape] and ESCAPES[escape] .. digits end
  local code, low, char = tonumber(digits, 16), 128, string.char
  if not code or #digits < 4 then return nil end
  if code < 128 then return char(code) end
  low = low + code % 64
  if code < 2048 then return char(192 + math.floor(code / 64), low) end
  return char(224 + math.floor(code / 4096), 128 + math.floor(code / 64) % 64, low)
end
local function token(body, at)
  local char = byte(body, at)
  while char == 32 or char == 10 or char == 13 or char == 9 do
    at = at + 1
    char = byte(body, at)
  end
  return char, at
end
local function ending(body, at)
  local escaped = false
  while true do
    at = find(body, '["\\]', at)
    if not at or byte(body, at) == 34 then return at, escaped end
    at, escaped = at + 2, true
  end
end
local function shown(names, depth)
  local parts = {}
  for index = 1, depth do
    if names[index] then parts[#parts + 1] = names[index]:sub(1, 64):gsub("[^%w_-]", "?") end
  end
  return table.concat(parts, "."):sub(1, 256)
end
local function mistake(body, root, messages)
  local kind, at, depth, kinds, names, ends, char = root, 1, 0, {}, {}, {}
  while true do
    char, at = token(body, at)
    local fresh = false
    if char == 123 or char == 91 then
      if depth == MAX_DEPTH then return "The body is too deep." end
      depth, fresh, at = depth + 1, true, at + 1
      kinds[depth], ends[depth], names[depth] = kind, char + 2, false
    elseif char == 34 then
      at = ending(body, at + 1)
      if not at then return BROKEN end
      at = at + 1
    else
      local start = at
      while char and PLAIN[char] do
        at = at + 1
        char = byte(body, at)
      end
      if at == start then return BROKEN end
    end
    while true do
      char, at = token(body, at)
      if depth == 0 then return char and BROKEN end
      if char == ends[depth] then
        depth, fresh, at = depth - 1, false, at + 1
      else
        if not fresh then
          if char ~= 44 then return BROKEN end
          char, at = token(body, at + 1)
        end
        kind = kinds[depth]
        if ends[depth] == 125 then
          if char ~= 34 then return BROKEN end
          local last, escaped = ending(body, at + 1)
          if not last then return BROKEN end
          local name = sub(body, at + 1, last - 1)
          if escaped then name = name:gsub("\\(.)(%x?%x?%x?%x?)", character) end
          names[depth] = name
          if type(kind) == "table" then
            kind = kind[1]
          elseif kind ~= true then
            kind = kind and messages[kind][name]
            if kind == nil or not kinds[depth] then return "The request has no field " .. shown(names, depth) .. "." end
          end
          char, at = token(body, last + 1)
          if char ~= 58 then return BROKEN end
          at = at + 1
        end
        break
      end
    end
  end
end
function envoy_on_request(handle)
  local body = handle:body()
  local bytes = body and body:length() > 0 and body:getBytes(0, body:length()) or ""
  if not find(bytes, "[^ \t\r\n]") then return end
  local context = handle:filterContext()
  local id = context:get("id")
  local tree = trees[id]
  if not tree then
    tree = { root = context:get("root"), messages = context:get("messages") }
    trees[id] = tree
  end
  local text = mistake(bytes, tree.root, tree.messages)
  if text then handle:respond({ [":status"] = "400" }, text) end
end`;
