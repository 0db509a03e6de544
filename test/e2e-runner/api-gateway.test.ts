import { Authorizer, Edge } from '../../lib';
import type { EdgeOptions } from '../../lib';
import { API_HOST, CLIENT_ADDRESS } from '../e2e/api-gateway/client-request';
import { httpIntegration } from '../e2e/api-gateway/http-api';
import { restIntegration } from '../e2e/api-gateway/rest-api';
import { image, synthesize } from '../e2e/systems/synthesize';

const mapped = (route: string): Readonly<Record<string, string>> => ({ 'x-edge-client-ip': CLIENT_ADDRESS, 'x-edge-host': API_HOST, 'x-edge-route': route });
const options: EdgeOptions = {
  authorizer: Authorizer.none(),
  routes: { 'ANY /{proxy+}': { service: 'web' }, 'GET /items/{id}': { service: 'web' }, 'GET /': { service: 'web' } },
};
const withEdge = (edge: Edge): ReturnType<typeof synthesize> => synthesize({ services: { web: { image: image('web'), port: 8080 } }, edge });

describe("what API Gateway's stand-in reads from the template", () => {
  test.each([['the default stage', options], ['a named stage', { ...options, stageName: 'live' }]])('an HTTP API with %s sends the path without it, and says who the client is and which route it took', (_, edge) => {
    expect(httpIntegration(withEdge(Edge.httpApi(edge)))?.map({ path: '/a/b?c=1' })).toEqual({ path: '/a/b?c=1', headers: mapped('ANY /{proxy+}') });
  });

  test.each([['/', 'GET /'], ['/items/7', 'GET /items/{id}'], ['/items/7/more?x=1', 'ANY /{proxy+}']])('a REST API sends the path %s without its stage, and says who the client is and which route it took', (path, route) => {
    expect(restIntegration(withEdge(Edge.restApi(options)))?.map({ path })).toEqual({ path, headers: mapped(route) });
  });

  test('each comes into the VPC in a security group of its own', () => {
    expect(httpIntegration(withEdge(Edge.httpApi(options)))?.securityGroups).toEqual([expect.stringContaining('VpcLink')]);
    expect(restIntegration(withEdge(Edge.restApi(options)))?.securityGroups).toEqual([expect.stringContaining('LoadBalancer')]);
  });

  test('fails if a REST API has no method for a request', () => {
    expect(() => restIntegration(withEdge(Edge.restApi({ ...options, routes: { 'GET /': { service: 'web' } } })))?.map({ path: '/x' })).toThrow('no method for GET /x');
  });
});
