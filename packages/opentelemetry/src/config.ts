/** What the instrumentation may be told. Names are those of OpenTelemetry's own instrumentations of drivers. */
export interface QuartetInstrumentationConfig {
  /** Whether it is at work from the start. Default true. */
  readonly enabled?: boolean;
  /** Spans only inside another span, such as a request's; metrics all the same. Default false. */
  readonly requireParentSpan?: boolean;
  /** Values of parameters, as `db.query.parameter.<key>`: they are personal data more often than not. Default false. */
  readonly enhancedDatabaseReporting?: boolean;
}

export const CONFIG: Readonly<Record<keyof QuartetInstrumentationConfig, true>> = {
  enabled: true,
  requireParentSpan: true,
  enhancedDatabaseReporting: true,
};
