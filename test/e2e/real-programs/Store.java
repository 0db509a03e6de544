import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;

/** Tomcat, as a Spring Boot application has it. Says what it got, and keeps the number of each order. */
public final class Store extends HttpServlet {
  public static void main(String[] arguments) throws Exception {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir("/tmp/tomcat");
    tomcat.setPort(Integer.parseInt(arguments[0]));
    // Ends connections early and often.
    tomcat.getConnector().setProperty("keepAliveTimeout", "2000");
    tomcat.getConnector().setProperty("maxKeepAliveRequests", "20");
    Context context = tomcat.addContext("", null);
    Tomcat.addServlet(context, "store", new Store());
    context.addServletMappingDecoded("/*", "store");
    tomcat.start();
    tomcat.getServer().await();
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
    int bytes = request.getInputStream().readAllBytes().length;
    if (request.getMethod().equals("POST")) {
      String order = request.getHeader("X-Order") + "\n";
      synchronized (this) {
        Files.writeString(Path.of("/tmp/orders"), order, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
    }
    StringBuilder headers = new StringBuilder();
    for (String name : Collections.list(request.getHeaderNames())) {
      if (headers.length() > 0) headers.append(',');
      headers.append(quoted(name)).append(':').append(quoted(request.getHeader(name)));
    }
    response.setContentType("application/json");
    response
        .getWriter()
        .printf(
            "{\"server\":\"tomcat\",\"method\":%s,\"path\":%s,\"headers\":{%s},\"bytes\":%d}",
            quoted(request.getMethod()), quoted(request.getRequestURI()), headers, bytes);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
