/** It comes with no types. https://github.com/yunyu/parse-prometheus-text-format */
declare module 'parse-prometheus-text-format' {
  interface Family {
    readonly name: string;
    readonly metrics: readonly {
      readonly labels?: Readonly<Record<string, string>>;
      readonly value: string;
    }[];
  }
  export default function parsePrometheusTextFormat(text: string): readonly Family[];
}
