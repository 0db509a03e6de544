/** The runner's API for tests. */
export { Cluster } from './cluster';
export type { ClusterOptions } from './cluster';
export { HttpClient, RequestFailed } from './client';
export type { HttpFailure, HttpOutcome, HttpRequest, HttpResponse, TcpOutcome, TcpRequest } from './client';
export type { Container, Pace } from './container';
export type { ImageRule, StandIn, StandInContext } from './images';
export type { Json, JsonObject, KnownValues, Resource, Template } from './intrinsics';
export type { ContainerLog, LogLine } from './logs';
export type { Endpoint, Vpc } from './network';
export type { Finished, RunOptions } from './run-process';
export * as standIns from './stand-ins';
export type * from './system';
export type { Task, TaskEvent, TaskStatus } from './task';
export { readTemplate } from './template';
export { until } from './wait';
export type { Segment } from './xray';
