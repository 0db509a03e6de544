import type { Service, Warning } from '../../model/topology';

/**
 * The agent of ECS Exec must be able to write into the container (aws/containers-roadmap#1359). A warning, since it
 * works where the user mounts what the agent writes to.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-considerations
 */
export function checkExec(service: Service): Warning[] {
  if (!service.enableExecuteCommand) return [];
  const { path } = service;
  const containers = [
    { path, readonly: service.readonlyRootFilesystem },
    ...service.extraContainers.map((container) => ({
      path: `${path}.extraContainers.${container.name}`,
      readonly: container.readonlyRootFilesystem,
    })),
  ];
  return containers
    .filter(({ readonly }) => readonly)
    .map((container) => ({
      id: 'exec-in-read-only-container',
      path: `${container.path}.readonlyRootFilesystem`,
      message: 'enableExecuteCommand is on, but ECS Exec opens no shell in a container whose root file system is read-only',
    }));
}
