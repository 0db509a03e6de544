import { CLIENT_PATH_HEADER } from '../../model/edge-headers';
import type { HttpFilter } from '../api/http-filters';
import { extension } from '../syntax/messages';

const PREFIX_HEADER = 'x-forwarded-prefix';

/**
 * What of the client's path the service does not get: the name of a stage, or the base path of a custom domain. API Gateway says the whole
 * path, so what remains of it without the path that has come is the prefix, however the client has called, and no prefix is sent where
 * the two do not fit. A REST API drops a slash at the end of a path, and adds one to the URL of a stage.
 *
 * It becomes the beginning of links: it has the characters of a base path alone, and no `//`, which would begin the name of a host.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
 */
export const PREFIX_SCRIPT = `function envoy_on_request(handle)
  local headers = handle:headers()
  if headers:getNumValues("${CLIENT_PATH_HEADER}") ~= 1 then return end
  local whole = headers:get("${CLIENT_PATH_HEADER}")
  local path = (headers:get(":path") or ""):match("^[^?]*")
  for _, each in ipairs({ whole, whole .. "/", (whole:gsub("/$", "")) }) do
    local prefix = each:sub(1, -#path - 1)
    if prefix .. path == each then
      if prefix:match("^/[%w$_.+!*'()/~-]+$") and not prefix:find("//", 1, true) and not prefix:find("/.", 1, true) then
        headers:replace("${PREFIX_HEADER}", prefix)
      end
      return
    end
  end
end`;

/**
 * Makes `X-Forwarded-Prefix` of what API Gateway says. In Lua, since no formatter of Envoy's takes one header's value off another's.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/lua_filter
 */
export function forwardedPrefix(): HttpFilter {
  return extension('envoy.extensions.filters.http.lua.v3.Lua', { default_source_code: { inline_string: PREFIX_SCRIPT } });
}
