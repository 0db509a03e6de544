import { API_GATEWAY, HTTP_API, REST_API, WEB_SOCKET_API } from './api-gateway';
import { APP_MESH } from './app-mesh';
import { AUTO_SCALING, CLOUDFORMATION } from './cloudformation';
import { CLOUD_MAP, ROUTE_53 } from './discovery';
import { ECR, ECS, FARGATE } from './ecs';
import type { Limit } from './limit';
import { ALB, ELB, VPC } from './network';
import { CLOUD_WATCH, LOGS, X_RAY } from './observability';
import { IAM, KMS, LAMBDA, PRIVATE_CA, SECRETS, SSM } from './security';

/** Every limit that is known here, for whoever prints them all. */
export const LIMITS: readonly Limit[] = [
  HTTP_API,
  REST_API,
  WEB_SOCKET_API,
  API_GATEWAY,
  ECS,
  FARGATE,
  ECR,
  CLOUD_MAP,
  ROUTE_53,
  VPC,
  ELB,
  ALB,
  IAM,
  KMS,
  PRIVATE_CA,
  LAMBDA,
  SSM,
  SECRETS,
  CLOUD_WATCH,
  LOGS,
  X_RAY,
  CLOUDFORMATION,
  AUTO_SCALING,
  APP_MESH,
].flatMap((service) => Object.values<Limit>(service));
