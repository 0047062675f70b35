"""Configuration of common CAS clients, ready to be pasted."""

from urllib.parse import urlsplit

from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.panels import Snippet

MOD_AUTH_CAS = """LoadModule auth_cas_module modules/mod_auth_cas.so
CASVersion 2
CASLoginURL {cas}/login
CASValidateURL {cas}/p3/serviceValidate
CASRootProxiedAs {root}
CASCookiePath /var/cache/apache2/mod_auth_cas/
CASSSOEnabled On
<Location "{path}">
    AuthType CAS
    CASAuthNHeader CAS-User
    Require valid-user
</Location>
"""
PHP_CAS = """<?php  // phpCAS 1.6; Debian: apt install php-cas php-xml
require_once 'CAS.php';
phpCAS::client(CAS_VERSION_3_0, '{host}', {port}, '{cas_path}', '{root}');
phpCAS::setCasServerCACert('/etc/ssl/certs/ca-certificates.crt');
// false: the notice proves itself by the ticket in it, which only this server and the identity provider know. With a
// list of host names phpCAS compares the caller's reverse DNS, ignores a notice that does not fit, and answers 200.
phpCAS::handleLogoutRequests(false);
phpCAS::forceAuthentication();
$user = phpCAS::getUser();
$attributes = phpCAS::getAttributes();
"""
DJANGO_CAS_NG = """# settings.py; pip install django-cas-ng
INSTALLED_APPS += ["django_cas_ng"]
MIDDLEWARE += ["django_cas_ng.middleware.CASMiddleware"]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "django_cas_ng.backends.CASBackend"]
CAS_SERVER_URL = "{cas}/"
CAS_VERSION = "3"
CAS_APPLY_ATTRIBUTES_TO_USER = True
# urls.py
from django.urls import path
from django_cas_ng import views
urlpatterns += [
    path("accounts/login", views.LoginView.as_view(), name="cas_ng_login"),
    path("accounts/logout", views.LogoutView.as_view(), name="cas_ng_logout"),
    path("accounts/callback", views.CallbackView.as_view(), name="cas_ng_proxy_callback"),
]
"""
PYTHON_CAS = """from cas import CASClient

client = CASClient(version=3, service_url="{service}", server_url="{cas}/")
client.get_login_url()                                   # send the browser there
user, attributes, pgtiou = client.verify_ticket(ticket)  # when it comes back with ?ticket=
"""
JAVA = """<!-- WEB-INF/web.xml; org.apereo.cas.client:cas-client-core 4.0 (Jakarta; with 3.6 the package is
     org.jasig.cas.client). The logout filter stands first and needs its listener, or sessions live on. -->
<listener>
  <listener-class>org.apereo.cas.client.session.SingleSignOutHttpSessionListener</listener-class>
</listener>
<filter>
  <filter-name>CAS Single Sign Out Filter</filter-name>
  <filter-class>org.apereo.cas.client.session.SingleSignOutFilter</filter-class>
</filter>
<filter>
  <filter-name>CAS Authentication Filter</filter-name>
  <filter-class>org.apereo.cas.client.authentication.AuthenticationFilter</filter-class>
  <init-param><param-name>casServerUrlPrefix</param-name><param-value>{cas}</param-value></init-param>
  <init-param><param-name>serverName</param-name><param-value>{root}</param-value></init-param>
</filter>
<filter>
  <filter-name>CAS Validation Filter</filter-name>
  <filter-class>org.apereo.cas.client.validation.Cas30ProxyReceivingTicketValidationFilter</filter-class>
  <init-param><param-name>casServerUrlPrefix</param-name><param-value>{cas}</param-value></init-param>
  <init-param><param-name>serverName</param-name><param-value>{root}</param-value></init-param>
</filter>
<filter>
  <filter-name>CAS HttpServletRequest Wrapper Filter</filter-name>
  <filter-class>org.apereo.cas.client.util.HttpServletRequestWrapperFilter</filter-class>
</filter>
<filter-mapping><filter-name>CAS Single Sign Out Filter</filter-name><url-pattern>/*</url-pattern></filter-mapping>
<filter-mapping><filter-name>CAS Authentication Filter</filter-name><url-pattern>/*</url-pattern></filter-mapping>
<filter-mapping><filter-name>CAS Validation Filter</filter-name><url-pattern>/*</url-pattern></filter-mapping>
<filter-mapping>
  <filter-name>CAS HttpServletRequest Wrapper Filter</filter-name><url-pattern>/*</url-pattern>
</filter-mapping>
"""
SPRING_BOOT = """# application.properties; org.apereo.cas.client:cas-client-support-springboot with @EnableCasClient
cas.server-url-prefix={cas}
cas.server-login-url={cas}/login
cas.client-host-url={root}
cas.validation-type=CAS3
cas.single-logout.enabled=true
"""
SPRING_SECURITY = """// spring-security-cas 6. The notice of a logout goes to the service address below.
@Configuration
@EnableWebSecurity
class CasSecurity {{
    @Bean ServiceProperties serviceProperties() {{
        var properties = new ServiceProperties();
        properties.setService("{root}/login/cas");
        return properties;
    }}
    @Bean CasAuthenticationProvider casProvider(ServiceProperties service, UserDetailsService people) {{
        var provider = new CasAuthenticationProvider();
        provider.setServiceProperties(service);
        provider.setTicketValidator(new Cas30ServiceTicketValidator("{cas}"));
        provider.setAuthenticationUserDetailsService(new UserDetailsByNameServiceWrapper<>(people));
        provider.setKey("{service}");
        return provider;
    }}
    @Bean SecurityFilterChain chain(HttpSecurity http, ServiceProperties service, CasAuthenticationProvider provider)
            throws Exception {{
        var entry = new CasAuthenticationEntryPoint();
        entry.setLoginUrl("{cas}/login");
        entry.setServiceProperties(service);
        var cas = new CasAuthenticationFilter();
        cas.setAuthenticationManager(new ProviderManager(provider));
        cas.setFilterProcessesUrl("/login/cas");
        cas.setSecurityContextRepository(new HttpSessionSecurityContextRepository());
        cas.setSessionAuthenticationStrategy(new NullAuthenticatedSessionStrategy()); // the notice names the session
        var out = new SingleSignOutFilter();
        return http.authorizeHttpRequests(one -> one.anyRequest().authenticated())
            .exceptionHandling(one -> one.authenticationEntryPoint(entry))
            .csrf(one -> one.ignoringRequestMatchers("/login/cas"))   // else the notice is refused with 403
            .addFilter(cas)
            .addFilterBefore(out, CsrfFilter.class)
            .build();
    }}
    @Bean ServletListenerRegistrationBean<SingleSignOutHttpSessionListener> sessions() {{
        return new ServletListenerRegistrationBean<>(new SingleSignOutHttpSessionListener());
    }}
}}
"""
NGINX = """# nginx itself speaks no CAS: oauth2-proxy and OpenID Connect suit it better (see the OIDC panel),
# or Apache with mod_auth_cas in front. An application behind it gets its own public address right by:
location {path} {{
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_pass http://127.0.0.1:8080;
}}
"""
OTHERS = """login            {cas}/login?service={service}
CAS 3.0          {cas}/p3/serviceValidate    (CAS 2.0: {cas}/serviceValidate, CAS 1.0: {cas}/validate)
proxy tickets    {cas}/p3/proxyValidate, {cas}/proxy
SAML 1.1         {cas}/samlValidate
logout           {cas}/logout
"""
CLIENTS = {
    "Apache mod_auth_cas": MOD_AUTH_CAS,
    "phpCAS": PHP_CAS,
    "django-cas-ng": DJANGO_CAS_NG,
    "python-cas": PYTHON_CAS,
    "Java (Apereo java-cas-client)": JAVA,
    "Spring Boot (cas-client-support-springboot)": SPRING_BOOT,
    "Spring Security": SPRING_SECURITY,
    "nginx": NGINX,
    "其他": OTHERS,
}
PROVED_BY = {
    "Apache mod_auth_cas": "test_mod_auth_cas.py",
    "phpCAS": "test_php_cas.py",
    "django-cas-ng": "test_django_cas_ng.py",
    "python-cas": "test_python_cas.py",
}
"""Run with the program itself (tests/interop)."""
BY_DOCUMENTATION = {"Java (Apereo java-cas-client)", "Spring Boot (cas-client-support-springboot)", "Spring Security"}
"""Held against java-cas-client 4.0's README and sources and Spring Security's reference; nobody has run them here."""
PROOFS = dict.fromkeys(PROVED_BY, True) | dict.fromkeys(BY_DOCUMENTATION, False)


def cas_url() -> str:
    return f"{configuration().public_url.rstrip('/')}/cas"


def snippets_for(application: Application) -> list[Snippet]:
    first = application.addresses.first()
    service = first.prefix if first is not None else "https://app.example.edu.cn/"
    cas, there = urlsplit(cas_url()), urlsplit(service)
    words = {
        "cas": cas_url(),
        "service": service,
        "root": f"{there.scheme}://{there.netloc}",
        "path": there.path or "/",
        "host": cas.hostname or "",
        "port": str(cas.port or (443 if cas.scheme == "https" else 80)),
        "cas_path": cas.path,
    }
    return [
        Snippet(client=client, text=text.format(**words), is_proved=PROOFS.get(client))
        for client, text in CLIENTS.items()
    ]
