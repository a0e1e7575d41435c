package dev.parley.exports;

import dev.parley.runtime.Env;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Where exports are to lie. */
public sealed interface ShelfConfig {

  /** Opens nothing yet. Null when there is no place for exports. */
  @Nullable ExportShelf shelf();

  /** Nowhere. */
  record None() implements ShelfConfig {
    @Override
    public @Nullable ExportShelf shelf() {
      return null;
    }
  }

  /** A directory that the services share. */
  record Directory(Path path) implements ShelfConfig {
    @Override
    public ExportShelf shelf() {
      return new DirectoryShelf(path);
    }
  }

  /**
   * A bucket of Amazon S3, or of a store that speaks its protocol.
   *
   * @param prefix of all keys: empty, or ending with a slash
   * @param endpoint null: Amazon's own of the region
   * @param credentials null: found as every program of Amazon's SDK finds them
   */
  record Bucket(
      String bucket,
      String prefix,
      @Nullable URI endpoint,
      String region,
      @Nullable AwsCredentials credentials)
      implements ShelfConfig {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(30);

    @Override
    public ExportShelf shelf() {
      AwsCredentialsProvider found =
          credentials == null
              ? DefaultCredentialsProvider.builder().build()
              : StaticCredentialsProvider.create(credentials);
      S3ClientBuilder builder =
          S3Client.builder()
              .region(Region.of(region))
              .credentialsProvider(found)
              // Other stores know neither the newer checksums nor signed chunks.
              .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
              .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
              .serviceConfiguration(settings -> settings.chunkedEncodingEnabled(false))
              .httpClientBuilder(
                  UrlConnectionHttpClient.builder()
                      .connectionTimeout(CONNECT_TIMEOUT)
                      .socketTimeout(SOCKET_TIMEOUT));
      if (endpoint != null) {
        builder.endpointOverride(endpoint).forcePathStyle(true);
      }
      return new BucketShelf(builder.build(), bucket, prefix);
    }

    /** Without the credentials. */
    @Override
    public String toString() {
      return "Bucket[" + bucket + "/" + prefix + ", endpoint=" + endpoint + "]";
    }
  }

  /** Notes what is wrong in {@code env}, which the caller ends. */
  static ShelfConfig from(Env env) {
    String bucket = env.find("EXPORT_S3_BUCKET");
    if (bucket != null) {
      return new Bucket(
          bucket,
          prefix(env),
          endpoint(env),
          env.get("EXPORT_S3_REGION", env.get("AWS_REGION", "us-east-1")),
          credentials(env));
    }
    String directory = env.get("EXPORT_DIR", "parley-data/exports");
    if (directory.equalsIgnoreCase("none")) {
      return new None();
    }
    try {
      return new Directory(Path.of(directory));
    } catch (InvalidPathException e) {
      env.problem("EXPORT_DIR is not a path");
      return new None();
    }
  }

  private static String prefix(Env env) {
    String prefix = env.get("EXPORT_S3_PREFIX", "");
    return prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/";
  }

  private static @Nullable URI endpoint(Env env) {
    String endpoint = env.find("EXPORT_S3_ENDPOINT");
    if (endpoint == null) {
      return null;
    }
    try {
      URI uri = URI.create(endpoint);
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    env.problem("EXPORT_S3_ENDPOINT must be an http or https URL");
    return null;
  }

  private static @Nullable AwsCredentials credentials(Env env) {
    String key = env.find("AWS_ACCESS_KEY_ID");
    String secret = env.find("AWS_SECRET_ACCESS_KEY");
    if (key == null || secret == null) {
      return null;
    }
    String session = env.find("AWS_SESSION_TOKEN");
    return session == null
        ? AwsBasicCredentials.create(key, secret)
        : AwsSessionCredentials.create(key, secret, session);
  }
}
