import { REQUEST_HEADER, TOKEN_HEADER } from '../../model/edge-headers';
import { contextHeadersOf, identityHeadersOf } from '../../model/identity-headers';
import type { EdgeAuthorizer, EdgeRoute, EdgeTopology, IdentityHeader, TokenVerification } from '../../model/topology';
import type { ResponseMapper } from '../api/http-connection-manager';
import type { HttpFilter, JwtProvider, JwtRequirement, ScriptContext } from '../api/http-filters';
import type { TypedPerFilterConfig } from '../api/route';
import { extension, labelOf, named, typed } from '../syntax/messages';
import { requestTrailers } from '../security/trailers';

const JWT_FILTER = 'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication';
const LUA = 'envoy.extensions.filters.http.lua.v3.Lua';
const TOKEN_FILTER = 'identity-token';
const CLAIMS_FILTER = 'identity-claims';
const CONTEXT_FILTER = 'identity-context';

/** How long the keys of an issuer are used before they are fetched again; while that fails, the old ones go on. */
const JWKS_SECONDS = 300;

/**
 * What checks tokens once more, and says in headers what they claim. API Gateway has checked them, but does not pass on what it has found:
 * what its mappings do with a claim that is absent is not documented, and one whose name has a colon cannot be mapped.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/jwt_authn_filter
 */
export function identityFilters(edge: EdgeTopology): readonly HttpFilter[] {
  const verified = verifying(edge);
  const told = edge.authorizers.some(isTold) ? [disabled(CONTEXT_FILTER, CONTEXT_SCRIPT)] : [];
  if (verified.length === 0) return told;
  return [
    ...told,
    disabled(TOKEN_FILTER, TOKEN_SCRIPT),
    extension(JWT_FILTER, {
      providers: Object.fromEntries(verified.map(({ id, verification }) => [id, provider(id, verification)])),
      requirement_map: Object.fromEntries(verified.map(({ id }): [string, JwtRequirement] => [id, { provider_name: id }])),
    }),
    disabled(CLAIMS_FILTER, CLAIMS_SCRIPT),
  ];
}

/** By what stands in front. */
function isTold({ identityHeaders = [] }: EdgeAuthorizer): boolean {
  return identityHeaders.some(({ from }) => from !== 'claim');
}

/** Its settings for the routes of an edge's route; absent: it looks at no token. */
export function identityOfRoute(edge: EdgeTopology, { authorizer }: EdgeRoute): TypedPerFilterConfig {
  const own = edge.authorizers.find(({ id }) => id === authorizer);
  const { id, identity, identityHeaders = [], verification } = own ?? {};
  if (id === undefined || identityHeaders.length === 0) return {};
  if (verification === undefined) return { [CONTEXT_FILTER]: context(contextOf(edge, identityHeaders)) };
  return {
    [TOKEN_FILTER]: context({ in: identity?.in ?? 'header', name: identity?.name.toLowerCase() ?? 'authorization' }),
    [labelOf(JWT_FILTER)]: typed('envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig', { requirement_name: id }),
    [CLAIMS_FILTER]: context({
      audience: verification.audience,
      claims: Object.fromEntries(identityHeaders.map(({ header, value }) => [header, value])),
    }),
  };
}

function contextOf(edge: EdgeTopology, headers: readonly IdentityHeader[]): ScriptContext {
  const sources = contextHeadersOf(edge);
  const { provesContext = false } = edge.api;
  return {
    proof: provesContext ? REQUEST_HEADER : '',
    values: Object.fromEntries(headers.map(({ header, from, value }) => [header, from === 'header' ? value : (sources[value] ?? '')])),
  };
}

/** Without keys nobody can say whether a token is good: that is no fault of the client, who may try again. */
export function missingKeys(edge: EdgeTopology): readonly ResponseMapper[] {
  if (verifying(edge).length === 0) return [];
  const expression = "has(response.code_details) && response.code_details.contains('Jwks_remote_fetch')";
  return [
    {
      filter: { extension_filter: extension('envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter', { expression }) },
      status_code: 503,
    },
  ];
}

/** No trailer of a client's is taken for an identity header by a service that reads both. */
export function identityTrailers(edge: EdgeTopology, names: readonly string[]): readonly HttpFilter[] {
  return names.length === 0 && identityHeadersOf(edge).length === 0
    ? []
    : requestTrailers('http2', names).map((filter): HttpFilter => ({ ...filter, name: 'identity-trailers' }));
}

export type Verifying = EdgeAuthorizer & { readonly verification: TokenVerification };

/** Authorizers whose tokens the gateway service verifies. */
export function verifying({ authorizers }: EdgeTopology): readonly Verifying[] {
  return authorizers.filter((authorizer): authorizer is Verifying => authorizer.verification !== undefined);
}

/** Of the cluster that leads to an issuer's keys. No service can have this name: theirs are DNS labels. */
export function issuerName(id: string): string {
  return `_jwks-${id}`;
}

/** Keys are fetched before requests come, and again before they are too old: the listener waits for the first answer, or failure. */
function provider(id: string, { issuer, jwksUri }: TokenVerification): JwtProvider {
  return {
    issuer,
    require_expiration: true,
    payload_in_metadata: CLAIMS_KEY,
    from_headers: [{ name: TOKEN_HEADER }],
    remote_jwks: {
      http_uri: { uri: jwksUri, cluster: issuerName(id), timeout: '5s' },
      cache_duration: `${JWKS_SECONDS}s`,
      async_fetch: {},
    },
  };
}

const CLAIMS_KEY = 'claims';

/** A script that runs for the routes alone that have settings for it. */
function disabled(name: string, script: string): HttpFilter {
  return { ...named(name, LUA, { default_source_code: { inline_string: script } }), disabled: true };
}

function context(filterContext: ScriptContext): TypedPerFilterConfig[string] {
  return typed('envoy.extensions.filters.http.lua.v3.LuaPerRoute', { filter_context: filterContext });
}

/**
 * API Gateway takes a token alone, or behind "Bearer". Of several, it does not say which one it has checked, so none is taken.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export const TOKEN_SCRIPT = `function envoy_on_request(handle)
  local headers = handle:headers()
  local context = handle:filterContext()
  local name = context:get("name")
  local token
  if context:get("in") == "header" then
    if headers:getNumValues(name) == 1 then token = headers:get(name) end
  else
    local count = 0
    for pair in ((headers:get(":path") or ""):match("%?([^#]*)") or ""):gmatch("[^&]+") do
      local equals = pair:find("=", 1, true)
      if equals ~= nil and pair:sub(1, equals - 1):lower() == name then
        token = pair:sub(equals + 1)
        count = count + 1
      end
    end
    if count ~= 1 then token = nil end
  end
  if token then headers:replace("${TOKEN_HEADER}", (token:gsub("^[Bb][Ee][Aa][Rr][Ee][Rr]%s+", ""))) end
end`;

/**
 * Texts that are not visible ASCII, percent signs and commas are percent-encoded, so that a list differs from a text with commas, and no
 * value ends a header. Whole numbers from 2^53 on have lost their last digits, by which two clients could have the same one: such a claim
 * gives no header. What is neither text, number nor boolean, nor a list of them, gives no header; an empty one neither.
 */
const TEXT = `local function text(value)
  local kind = type(value)
  if kind == "number" then
    if math.abs(value) >= 2^53 then return nil end
    value = string.format(value == math.floor(value) and "%.0f" or "%.15g", value)
  elseif kind == "boolean" then
    value = tostring(value)
  elseif kind ~= "string" then
    return nil
  end
  return (value:gsub("[^!-$&-+%-.-~]", function(character) return string.format("%%%02X", character:byte()) end))
end`;

export const CLAIMS_SCRIPT = `${TEXT}
local function joined(value)
  if type(value) ~= "table" then return text(value) end
  local texts = {}
  for _, each in ipairs(value) do texts[#texts + 1] = text(each) end
  return table.concat(texts, ",")
end
local function isFor(claims, audience)
  local own = claims.aud
  if own == nil then own = claims.client_id end
  for _, each in ipairs(type(own) == "table" and own or { own }) do
    for _, accepted in ipairs(audience) do
      if each == accepted then return true end
    end
  end
  return #audience == 0
end
function envoy_on_request(handle)
  local context = handle:filterContext()
  local verified = handle:streamInfo():dynamicMetadata():get("envoy.filters.http.jwt_authn")
  local claims = verified and verified.${CLAIMS_KEY}
  if not claims or not isFor(claims, context:get("audience")) then
    handle:respond({ [":status"] = "401" }, "")
    return
  end
  for header, claim in pairs(context:get("claims")) do
    local value = joined(claims[claim])
    if value and value ~= "" then handle:headers():replace(header, value) end
  end
end`;

/**
 * What API Gateway or a load balancer says, of which a value counts only behind the ID of the request, where there is one. Nothing, and
 * what access logs have for it, is no value; nor is the name of the variable.
 */
export const CONTEXT_SCRIPT = `${TEXT}
function envoy_on_request(handle)
  local headers, context = handle:headers(), handle:filterContext()
  local proof, start = context:get("proof"), ""
  if proof ~= "" then
    local id = headers:getNumValues(proof) == 1 and headers:get(proof) or ""
    if #id < 8 then return end
    start = id .. ":"
  end
  for header, source in pairs(context:get("values")) do
    local value = headers:getNumValues(source) == 1 and headers:get(source) or ""
    if value:sub(1, #start) == start then
      value = value:sub(#start + 1)
      if value ~= "" and value ~= "-" and value:sub(1, 1) ~= "$" then headers:replace(header, text(value)) end
    end
  end
end`;
