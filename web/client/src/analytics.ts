import * as documents from './documents.ts';
import type {
  AnalyticsOverTimeQueryVariables,
  AnalyticsReasonsQuery,
  AnalyticsSummaryQuery,
  AnalyticsSummaryQueryVariables,
} from './generated/operations.ts';
import type { RequestOptions, Send } from './send.ts';

export type AnalyticsQuery = AnalyticsSummaryQueryVariables;
export type DeliveryMetric = AnalyticsSummaryQuery['analyticsSummary'];
export type ReasonMetric = AnalyticsReasonsQuery['analyticsReasons'][number];

/**
 * What became of deliveries: docs/analytics.md. People get their own figures, operators everybody's. Counts are `BigInt`,
 * hence text; rates are null where there is nothing to divide by.
 */
export function createAnalytics(send: Send) {
  return {
    async summary(query: AnalyticsQuery = {}, options?: RequestOptions): Promise<DeliveryMetric> {
      return (await send(documents.analyticsSummary, query, options)).analyticsSummary;
    },
    async byType(query: AnalyticsQuery = {}, options?: RequestOptions): Promise<readonly DeliveryMetric[]> {
      return (await send(documents.analyticsByType, query, options)).analyticsByType;
    },
    async byChannel(query: AnalyticsQuery = {}, options?: RequestOptions): Promise<readonly DeliveryMetric[]> {
      return (await send(documents.analyticsByChannel, query, options)).analyticsByChannel;
    },
    /** By hour or day of a time zone: `{ step: 'day', timeZone: 'Europe/Lisbon' }`. */
    async overTime(
      query: AnalyticsOverTimeQueryVariables = {},
      options?: RequestOptions,
    ): Promise<readonly DeliveryMetric[]> {
      return (await send(documents.analyticsOverTime, query, options)).analyticsOverTime;
    },
    /** Why notifications did not arrive, by how often. */
    async reasons(query: AnalyticsQuery = {}, options?: RequestOptions): Promise<readonly ReasonMetric[]> {
      return (await send(documents.analyticsReasons, query, options)).analyticsReasons;
    },
  };
}
