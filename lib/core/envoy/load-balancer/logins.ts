import { LOGIN_CLAIMS_HEADER, LOGIN_HEADERS, LOGIN_SUBJECT_HEADER, sessionCookiesOf } from '../../model/identity-headers';
import type { EdgeTopology } from '../../model/topology';
import type { HttpFilter } from '../api/http-filters';
import type { TypedPerFilterConfig } from '../api/route';
import { named, typed } from '../syntax/messages';

const LUA = 'envoy.extensions.filters.http.lua.v3.Lua';
const SESSIONS_FILTER = 'session-cookies';
const USER_FILTER = 'logged-in-user';

/** Headers that the load balancer sets on the port of an authorizer: where it has nobody log in, they are a client's own. */
export function headersOfLogin({ authorizers }: EdgeTopology, authorizer: string): readonly string[] {
  return authorizers.some(({ id, login }) => id === authorizer && login !== undefined) ? LOGIN_HEADERS : [];
}

/** On every port of an edge that has users log in, and on those of the logins themselves. */
export function loginFilters(edge: EdgeTopology, authorizer: string): readonly HttpFilter[] {
  return [
    ...(sessionCookiesOf(edge).length === 0 ? [] : [script(SESSIONS_FILTER, SESSIONS_SCRIPT)]),
    ...(headersOfLogin(edge, authorizer).length === 0 ? [] : [script(USER_FILTER, USER_SCRIPT)]),
  ];
}

/** Of all requests. */
export function sessionsOfHost(edge: EdgeTopology): TypedPerFilterConfig {
  const names = sessionCookiesOf(edge);
  if (names.length === 0) return {};
  return { [SESSIONS_FILTER]: typed('envoy.extensions.filters.http.lua.v3.LuaPerRoute', { filter_context: { names } }) };
}

function script(name: string, text: string): HttpFilter {
  return named(name, LUA, { default_source_code: { inline_string: text } });
}

/**
 * Whoever has a session of the load balancer is let in as its user, so no service gets one, those of public routes neither; and it may be
 * 16 KB long. A service ends a session by its name alone. What else is in the header stays as it was sent.
 *
 * No pattern has two repetitions that take the same text: on a long cookie of blanks, it would keep Envoy busy for hours.
 */
export const SESSIONS_SCRIPT = `local function isSession(name, sessions)
  if name == "AWSALBAuthNonce" then return true end
  for _, each in ipairs(sessions) do
    if name == each or (name:sub(1, #each) == each and name:sub(#each + 1):match("^%-%d+$")) then return true end
  end
  return false
end
local function trimmed(text)
  local first, last = text:find("%S"), #text
  if first == nil then return "" end
  while text:find("^%s", last) do last = last - 1 end
  return text:sub(first, last)
end
function envoy_on_request(handle)
  local headers = handle:headers()
  local count = headers:getNumValues("cookie")
  if count == 0 then return end
  local sessions = handle:filterContext():get("names")
  local kept, found = {}, false
  for index = 0, count - 1 do
    for pair in headers:getAtIndex("cookie", index):gmatch("[^;]+") do
      local equals = pair:find("=", 1, true)
      if isSession(trimmed(equals == nil and pair or pair:sub(1, equals - 1)), sessions) then
        found = true
      else
        kept[#kept + 1] = trimmed(pair)
      end
    end
  end
  if not found then return end
  if #kept == 0 then headers:remove("cookie") else headers:replace("cookie", table.concat(kept, "; ")) end
end`;

/** Each request there has one user. Were a client's own word beside that of the load balancer, nobody could tell them apart. */
export const USER_SCRIPT = `function envoy_on_request(handle)
  local headers = handle:headers()
  local user = headers:getNumValues("${LOGIN_SUBJECT_HEADER}") == 1 and headers:get("${LOGIN_SUBJECT_HEADER}") or ""
  if user == "" or headers:getNumValues("${LOGIN_CLAIMS_HEADER}") > 1 then handle:respond({ [":status"] = "401" }, "") end
end`;
