package dev.parley.schemas;

/**
 * Why a job failed, as its tenant may see it.
 *
 * @param code stable, for programs: for instance {@code provider_error}, {@code session_deleted}
 * @param message for people; holds no secrets and no internals
 */
public record JobError(String code, String message) {}
