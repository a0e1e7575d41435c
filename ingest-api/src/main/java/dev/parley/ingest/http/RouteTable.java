package dev.parley.ingest.http;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** The calls of the API, gathered before the server starts. For one thread until then. */
public final class RouteTable {

  /** A part of the API. */
  @FunctionalInterface
  public interface Group {
    void addTo(RouteTable table);
  }

  /**
   * One call.
   *
   * @param path with parameters as {@code {name}}, each a whole segment
   */
  public record Route(String method, String path, Access access, Endpoint endpoint) {}

  private final List<Route> routes = new ArrayList<>();

  public RouteTable add(String method, String path, Access access, Endpoint endpoint) {
    routes.add(new Route(method, path, access, endpoint));
    return this;
  }

  public RouteTable get(String path, Access access, Endpoint endpoint) {
    return add("GET", path, access, endpoint);
  }

  public RouteTable post(String path, Access access, Endpoint endpoint) {
    return add("POST", path, access, endpoint);
  }

  public RouteTable delete(String path, Access access, Endpoint endpoint) {
    return add("DELETE", path, access, endpoint);
  }

  public List<Route> routes() {
    return List.copyOf(routes);
  }

  /** The methods that a path answers to, for {@code Allow}; empty when there is no such path. */
  String allowedMethods(String path) {
    TreeSet<String> methods = new TreeSet<>();
    String[] segments = segments(path);
    for (Route route : routes) {
      if (matches(segments(route.path()), segments)) {
        methods.add(route.method());
        if (route.method().equals("GET")) {
          methods.add("HEAD");
        }
      }
    }
    return String.join(", ", methods);
  }

  private static String[] segments(String path) {
    int end = path.length();
    while (end > 1 && path.charAt(end - 1) == '/') {
      end--;
    }
    return path.substring(0, end).split("/", -1);
  }

  private static boolean matches(String[] pattern, String[] segments) {
    if (pattern.length != segments.length) {
      return false;
    }
    for (int i = 0; i < pattern.length; i++) {
      boolean parameter = pattern[i].startsWith("{");
      if (parameter ? segments[i].isEmpty() : !pattern[i].equals(segments[i])) {
        return false;
      }
    }
    return true;
  }
}
