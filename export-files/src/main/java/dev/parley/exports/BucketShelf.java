package dev.parley.exports;

import dev.parley.schemas.TenantId;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Objects {@code prefix/tenant/name} of a bucket. Whether one is final stands in its metadata.
 *
 * <p>Every write is conditional: a new object only where there is none ({@code If-None-Match}), a
 * replacement only of the one that was looked at and was not final ({@code If-Match}). So a final
 * file stays as it is whoever else writes at the same time.
 */
final class BucketShelf implements ExportShelf {

  private static final String FINAL = "parley-final";

  /** How often another one may come between the look and the write. */
  private static final int TRIES = 5;

  private final S3Client client;
  private final String bucket;
  private final String prefix;

  /**
   * @param prefix empty, or ending with a slash
   */
  BucketShelf(S3Client client, String bucket, String prefix) {
    this.client = client;
    this.bucket = bucket;
    this.prefix = prefix;
  }

  @Override
  public void put(TenantId tenant, String name, byte[] content, boolean isFinal)
      throws IOException {
    String key = key(tenant, name);
    for (int tries = 1; ; tries++) {
      try {
        HeadObjectResponse there = head(key);
        if (there != null && "true".equals(there.metadata().get(FINAL))) {
          requireSame(key, content);
          return;
        }
        write(key, content, isFinal, there);
        return;
      } catch (S3Exception e) {
        // 409: another conditional write was going on; 412: it has happened
        boolean overtaken = e.statusCode() == 412 || e.statusCode() == 409;
        if (!overtaken || tries == TRIES) {
          throw failed("write", key, e);
        }
      } catch (SdkException e) {
        throw failed("write", key, e);
      }
    }
  }

  private void write(
      String key, byte[] content, boolean isFinal, @Nullable HeadObjectResponse there) {
    PutObjectRequest.Builder put =
        PutObjectRequest.builder()
            .bucket(bucket)
            .key(key)
            .contentType(name(key).endsWith(".json") ? "application/json" : "text/csv")
            .metadata(Map.of(FINAL, Boolean.toString(isFinal)));
    if (there == null) {
      put.ifNoneMatch("*");
    } else {
      put.ifMatch(there.eTag());
    }
    client.putObject(put.build(), RequestBody.fromBytes(content));
  }

  private void requireSame(String key, byte[] content) throws IOException {
    byte[] there = client.getObjectAsBytes(get -> get.bucket(bucket).key(key)).asByteArrayUnsafe();
    if (!Arrays.equals(there, content)) {
      throw new FinalFileException(place(key));
    }
  }

  private @Nullable HeadObjectResponse head(String key) {
    try {
      return client.headObject(head -> head.bucket(bucket).key(key));
    } catch (NoSuchKeyException e) {
      return null;
    }
  }

  @Override
  public @Nullable InputStream open(TenantId tenant, String name) throws IOException {
    String key = key(tenant, name);
    try {
      return client.getObject(get -> get.bucket(bucket).key(key));
    } catch (NoSuchKeyException e) {
      return null;
    } catch (SdkException e) {
      throw failed("read", key, e);
    }
  }

  @Override
  public List<String> names(TenantId tenant) throws IOException {
    String folder = key(tenant, "");
    List<String> names = new ArrayList<>();
    try {
      for (S3Object object :
          client
              .listObjectsV2Paginator(list -> list.bucket(bucket).prefix(folder).delimiter("/"))
              .contents()) {
        names.add(object.key().substring(folder.length()));
      }
    } catch (SdkException e) {
      throw failed("list", folder, e);
    }
    return names;
  }

  @Override
  public String place() {
    return place(prefix);
  }

  @Override
  public void close() {
    client.close();
  }

  private String key(TenantId tenant, String name) {
    return prefix + tenant.value() + "/" + name;
  }

  private static String name(String key) {
    return key.substring(key.lastIndexOf('/') + 1);
  }

  private String place(String key) {
    return "s3://" + bucket + "/" + key;
  }

  private IOException failed(String what, String key, SdkException e) {
    String cause =
        e instanceof S3Exception s3 ? "status " + s3.statusCode() : e.getClass().getSimpleName();
    return new IOException("cannot " + what + " " + place(key) + ": " + cause, e);
  }
}
