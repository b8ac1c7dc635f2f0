package dev.diagonal.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.BlobStoreContext;
import org.jclouds.blobstore.domain.StorageMetadata;

/** A server of S3 in this JVM, on a free port of the loopback interface, with one bucket. */
public final class LocalS3 implements AutoCloseable {

  private static final String BUCKET = "lake";

  private final BlobStoreContext context;
  private final S3Proxy server;

  private LocalS3(BlobStoreContext context, S3Proxy server) {
    this.context = context;
    this.server = server;
  }

  public static LocalS3 start() throws Exception {
    BlobStoreContext context =
        ContextBuilder.newBuilder("transient-nio2")
            .credentials("identity", "credential")
            .build(BlobStoreContext.class);
    boolean unused = context.getBlobStore().createContainerInLocation(null, BUCKET);
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(context.getBlobStore())
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, "id", "secret")
            .ignoreUnknownHeaders(true) // Beam sends one about encryption that it does not know
            .build();
    server.start();
    System.setProperty("aws.accessKeyId", "id");
    System.setProperty("aws.secretAccessKey", "secret");
    return new LocalS3(context, server);
  }

  /** Returns the options that lead Beam here. */
  public List<String> options() {
    return List.of("--endpoint=http://127.0.0.1:" + server.getPort(), "--awsRegion=us-east-1");
  }

  /** Returns the URL of an object. */
  public String url(String key) {
    return "s3://" + BUCKET + "/" + key;
  }

  public void put(String key, byte[] content) {
    BlobStore store = context.getBlobStore();
    String unused =
        store.putBlob(
            BUCKET, store.blobBuilder(key).payload(content).contentLength(content.length).build());
  }

  public String text(String key) throws IOException {
    return new String(bytes(key), UTF_8);
  }

  public byte[] bytes(String key) throws IOException {
    try (InputStream in = context.getBlobStore().getBlob(BUCKET, key).getPayload().openStream()) {
      return in.readAllBytes();
    }
  }

  /** Returns the keys of all objects. */
  public List<String> keys() {
    return context.getBlobStore().list(BUCKET).stream().map(StorageMetadata::getName).toList();
  }

  @Override
  public void close() throws Exception {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    server.stop();
    context.close();
  }
}
