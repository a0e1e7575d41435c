package dev.parley.storage;

import dev.parley.schemas.TenantId;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what was told in the batch exports: a record per tenant and UTC day, and one for each
 * correction of a day. The files are made from these records alone, so that they can be made again,
 * byte for byte, at any time and by any process.
 */
public interface ExportStore {

  /**
   * A record.
   *
   * @param correction 0 for the day's own, then counted up
   * @param closed whether it never changes any more
   * @param summary JSON, given back digit for digit
   */
  record Told(TenantId tenantId, LocalDate day, int correction, boolean closed, String summary) {}

  /**
   * The records of a range of days, by tenant, day and correction.
   *
   * @param tenantId null for all
   * @param until exclusive
   */
  List<Told> told(@Nullable TenantId tenantId, LocalDate since, LocalDate until);

  /**
   * Adds a record, or replaces one that was not closed; it then counts as not stored.
   *
   * @return false when a closed one is there, which stays
   */
  boolean tell(Told told);

  /** The records whose files are not known to lie in this form, oldest day first. */
  List<Told> notStored(String form, LocalDate since);

  /** Notes that the files of a record lie in a form. */
  void stored(Told told, String form);

  /** The newest day that has a record. */
  @Nullable LocalDate lastDay();

  /**
   * Runs work that only one process of all may do at a time.
   *
   * @return false when another one is at it; then nothing was done
   */
  boolean exclusively(Runnable work);
}
