import type { DescMethod } from '@bufbuild/protobuf';
import { REAL_METHODS } from '../model/edge-routes';
import { defined } from '../defined';
import type { BindingProblem } from './bindings';
import { bodyField, textField } from './bindings';
import type { HttpRule } from './http-rule';
import { parseTemplate } from './path-template';

/** A rule that Envoy and API Gateway can follow, with the key of its route; or what is wrong, and the text of the rule that is. */
export type AnnotatedRoute =
  { readonly key: string; readonly rule: HttpRule } | { readonly problem: BindingProblem; readonly text?: string };

/** The route of a binding in `google.api.http`. */
export function annotatedRoute(method: DescMethod, { method: verb, path, body, responseBody }: HttpRule): AnnotatedRoute {
  const wrong = (message: string, fix: string, text = path): AnnotatedRoute => ({ problem: { message, fix }, text });
  if (path === '') return wrong('google.api.http has no pattern', 'write get, put, post, delete, patch or custom');
  if (responseBody !== undefined)
    return wrong('Envoy does not support response_body', 'remove it, or let the method return that message', responseBody);
  if (!REAL_METHODS.some((known) => known === verb))
    return wrong(`"${verb}" is no method of HTTP that API Gateway has`, `write one of ${REAL_METHODS.join(', ')}`, verb);
  const template = parseTemplate(path);
  if ('message' in template) return { problem: template, text: path };
  for (const [index, variable] of template.variables.entries()) {
    const field = textField(method.input, variable);
    if (typeof field !== 'string') return { problem: field, text: path };
    if (field !== variable) return wrong(`the path names "${variable}" as JSON does`, `write "${field}", as the message does`);
    if (template.variables.indexOf(variable) !== index)
      return wrong(`the path sets "${variable}" twice`, 'bind each part to a field of its own');
  }
  const bound = body === undefined || body === '*' ? body : bodyField(method.input, body);
  if (typeof bound === 'object') return { problem: bound, text: body ?? '' };
  if (bound !== undefined && (verb === 'GET' || verb === 'HEAD'))
    return wrong(`a ${verb} request has no body`, 'remove body: fields are parameters of the query string');
  return { key: `${verb} ${template.path}`, rule: { method: verb, path, ...defined({ body: bound }) } };
}
