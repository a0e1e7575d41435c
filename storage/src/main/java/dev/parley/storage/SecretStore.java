package dev.parley.storage;

/** Keeps secrets that all nodes of a deployment share. */
public interface SecretStore {

  /** The secret of that name, made at random by whoever asks first. 32 bytes. */
  byte[] getOrCreate(String name);
}
