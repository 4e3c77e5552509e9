// Shows the API document with Swagger UI, which is served from an installed package.
const at = document.getElementById("swagger-ui");
globalThis.SwaggerUIBundle?.({
  domNode: at,
  url: at.dataset.url,
  deepLinking: true,
  docExpansion: "none",
  validatorUrl: null, // no other host is told of it
});
