// The request that was made, as one would type it elsewhere.

const shell = text => `'${text.replaceAll("'", `'\\''`)}'`;
const literal = text => JSON.stringify(text);

export function snippet(kind, request, origin, hasKey) {
  return { curl, csharp, cli }[kind](request, origin, hasKey);
}

function curl(request, origin, hasKey) {
  const { partial_images: _, ...body } = request;
  const auth = hasKey ? ` -H "Authorization: Bearer $CLIPGEN_API_KEY"` : "";
  return `curl ${shell(`${origin}v1/generations`)}${auth} -H 'Content-Type: application/json' -d ${shell(JSON.stringify(body))}`;
}

function csharp(request, origin, hasKey) {
  const lines = [`Prompt = ${literal(request.prompt)}`, `Seed = ${request.seed}`, `Model = ${literal(request.model)}`];
  if (request.candidates) lines.push(`Candidates = ${request.candidates}`);
  if (request.n) lines.push(`Keep = ${request.n}`);
  if (request.top_k) lines.push(`TopK = ${request.top_k}`);
  if (request.top_p != null) lines.push(`TopP = ${request.top_p}`);
  if (request.temperature != null) lines.push(`Temperature = ${request.temperature}`);
  const key = hasKey ? `\n    options.ApiKey = Environment.GetEnvironmentVariable("CLIPGEN_API_KEY");` : "";
  return `services.AddClipGenClient(options =>
{
    options.BaseAddress = new Uri(${literal(origin)});${key}
});
// …
var result = await client.GenerateAsync(new()
{
${lines.map(line => `    ${line},`).join("\n")}
}, cancellationToken);`;
}

function cli(request, origin) {
  const words = ["clipgen generate", shell(request.prompt), `--server ${origin}`, `--seed ${request.seed}`, `--model ${shell(request.model)}`];
  if (request.candidates) words.push(`--candidates ${request.candidates}`);
  if (request.n) words.push(`-n ${request.n}`);
  if (request.top_k) words.push(`--top-k ${request.top_k}`);
  if (request.top_p != null) words.push(`--top-p ${request.top_p}`);
  if (request.temperature != null) words.push(`--temperature ${request.temperature}`);
  if (request.output_format !== "png") words.push(`--format ${request.output_format}`);
  return words.join(" ");
}
