/** Labels of containers: what each is for, of which task it is, and a hash of the part of the task definition that it is of. */
export const ROLE_LABEL = 'cdk-ecs-microservices.role';
export const TASK_LABEL = 'cdk-ecs-microservices.task';
export const DEFINITION_LABEL = 'cdk-ecs-microservices.definition';
