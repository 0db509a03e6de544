/** Helpers for tests of systems, for TypeScript and JavaScript: `cdk-ecs-microservices/testing`. */
export * from './mesh-config-serializer';
export * from './readable-template';
