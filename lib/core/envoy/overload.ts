import type { Bootstrap, RuntimeLayer } from './api/bootstrap';
import type { Listener } from './api/listener';
import type { OverloadAction, OverloadActionName, ResourceMonitor, TriggerThreshold } from './api/overload';
import { GATEWAY_HEAP_SHARE } from '../model/constants';
import { named, typed } from './syntax/messages';

/** What a task has, and what of it its Envoy may take. */
export interface EnvoyMemory {
  /** Of the whole task. */
  readonly memoryMiB: number;
  /** A sidecar stands beside an application; the gateway's Envoy has its task almost to itself. */
  readonly share: keyof typeof HEAP_SHARE;
  /** What a program beside it takes of that. @default 0 */
  readonly takenMiB?: number;
}

/** The heap is what grows with traffic; the program itself takes about 45 MiB more, most of it pages of its file. */
const HEAP_SHARE = { sidecar: 0.25, gateway: GATEWAY_HEAP_SHARE } as const;

/**
 * Of all listeners together.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/operations/overload_manager/overload_manager#limiting-active-connections
 */
const MAX_CONNECTIONS = 10_000;

/**
 * Of the listener that others reach, for each MiB of the heap: a connection takes 18 KiB after its handshake and 45 KiB when it
 * speaks HTTP/2 (measured), so that even all of them together fill the heap to four fifths.
 */
const CONNECTIONS_PER_MIB = 18;

/** Calls of the task's own application always find room among those of all listeners. */
const MAX_INBOUND_CONNECTIONS = 0.9 * MAX_CONNECTIONS;

/**
 * From which size of the heap on connections without requests are ended sooner. It is small, however large the task is, so that
 * clients that hold idle connections lose them before they are as many as the listener takes.
 */
const IDLE_HEAP_MIB = 128;

const HEAP = 'envoy.resource_monitors.fixed_heap';
const IDLE_HEAP = 'idle';

function heapMib({ memoryMiB, share, takenMiB = 0 }: EnvoyMemory): number {
  return Math.floor(memoryMiB * HEAP_SHARE[share]) - takenMiB;
}

function heapMonitor(name: string, mib: number): ResourceMonitor {
  return named(name, 'envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig', {
    max_heap_size_bytes: `${mib * 1024 * 1024}`,
  });
}

/**
 * A layer of the runtime. Each of the listeners gets the same share, so that who uses up one leaves room at the others.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/runtime
 */
export function connectionLimit(listeners: readonly string[], memory: EnvoyMemory): RuntimeLayer {
  const limit = Math.floor(Math.min(MAX_INBOUND_CONNECTIONS, heapMib(memory) * CONNECTIONS_PER_MIB) / listeners.length);
  return {
    name: 'connections',
    static_layer: Object.fromEntries(listeners.map((listener) => [`envoy.resource_limits.listener.${listener}.connection_limit`, limit])),
  };
}

/**
 * Sheds load before the kernel ends a task that is out of memory. In this order: idle connections and handshakes end sooner, the
 * streams that hold the most are reset, requests get 503 at once, and connections are refused.
 * Thresholds are those of Envoy's guide for edges, but for idle connections, which cost nobody anything.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/operations/overload_manager/overload_manager
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/best_practices/edge
 */
export function overloadManager(memory: EnvoyMemory): Pick<Bootstrap, 'overload_manager'> {
  return {
    overload_manager: {
      refresh_interval: '0.25s',
      resource_monitors: [
        // This one is found by its name.
        named(
          'envoy.resource_monitors.global_downstream_max_connections',
          'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig',
          { max_active_downstream_connections: `${MAX_CONNECTIONS}` },
        ),
        heapMonitor(HEAP, heapMib(memory)),
        heapMonitor(IDLE_HEAP, IDLE_HEAP_MIB),
      ],
      // Streams that hold less than this (2 to the power of 15 bytes) are not counted.
      buffer_factory_config: { minimum_account_to_track_power_of_two: 15 },
      actions: [
        {
          ...overloadAction('envoy.overload_actions.reduce_timeouts', IDLE_HEAP, {
            scaled: { scaling_threshold: 0.2, saturation_threshold: 0.35 },
          }),
          typed_config: typed('envoy.config.overload.v3.ScaleTimersOverloadActionConfig', {
            timer_scale_factors: [
              { timer: 'HTTP_DOWNSTREAM_CONNECTION_IDLE', min_timeout: '1s' },
              { timer: 'TRANSPORT_SOCKET_CONNECT', min_timeout: '1s' },
            ],
          }),
        },
        overloadAction('envoy.overload_actions.reset_high_memory_stream', HEAP, {
          scaled: { scaling_threshold: 0.8, saturation_threshold: 0.95 },
        }),
        overloadAction('envoy.overload_actions.stop_accepting_requests', HEAP, { threshold: { value: 0.95 } }),
        overloadAction('envoy.overload_actions.reject_incoming_connections', HEAP, { threshold: { value: 0.98 } }),
      ],
    },
  };
}

function overloadAction(name: OverloadActionName, monitor: string, threshold: TriggerThreshold): OverloadAction {
  return { name, triggers: [{ name: monitor, ...threshold }] };
}

/** Of a listener on which only the task's own application calls: what others do to this Envoy must not keep it from calling. */
export const NEVER_OVERLOADED: Pick<Listener, 'ignore_global_conn_limit' | 'bypass_overload_manager'> = {
  ignore_global_conn_limit: true,
  bypass_overload_manager: true,
};
