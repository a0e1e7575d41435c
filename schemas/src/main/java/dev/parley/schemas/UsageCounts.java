package dev.parley.schemas;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of the records that one partition of {@link Topics#USAGE_EVENTS} held about a tenant
 * and an hour: a record of {@link Topics#USAGE_COUNTS}, absolute. Of two with the same key the one
 * that has read more is the newer.
 *
 * <p>Nothing is lost in between when {@code read = aggregated + duplicate + late + deadLettered}.
 *
 * @param tenantId null for records that do not tell whose they are
 * @param hour the begin of an hour, UTC: the event's own; for what is no event, the hour in which
 *     it was appended to the log
 * @param partition of usage.events
 * @param read records taken from the log
 * @param aggregated events that were added to their totals in time
 * @param duplicate further copies of events
 * @param late events that were added to their totals after their hour was taken for complete
 * @param deadLettered records that were put aside
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record UsageCounts(
    @Nullable TenantId tenantId,
    Instant hour,
    int partition,
    long read,
    long aggregated,
    long duplicate,
    long late,
    long deadLettered) {}
