// The request that was made, as it runs elsewhere: each is copied, pasted, and draws the same pictures.

const shell = text => `'${text.replaceAll("'", `'\\''`)}'`;

/** A string of C#, for which more characters end a line than for JavaScript. */
const literal = text => JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

const extension = request => request.output_format === "jpeg" ? "jpg" : request.output_format;

/**
 * @param kind curl, csharp or cli.
 * @param asked { request, as the API takes it, with all defaults filled and "" for pictures; number of the picture among the kept ones,
 * from 0; image, the name of the prompt's picture, or null }
 */
export function snippet(kind, asked, origin, hasKey) {
  return { curl, csharp, cli }[kind](asked, origin, hasKey);
}

function curl({ request, number, image }, origin, hasKey) {
  const auth = hasKey ? ` -H "Authorization: Bearer $CLIPGEN_API_KEY"` : "";
  const body = { ...request, n: Math.min(request.n, 10) };   // it answers with no more
  const start = `curl -sS ${shell(`${origin}v1/images/generations`)}${auth} -H 'Content-Type: application/json'`;
  const end = `jq -er '.data[${Math.min(number, body.n - 1)}].b64_json // error(.error.message)' | base64 -d > picture.${extension(request)}`;
  if (!image) return `${start} -d ${shell(JSON.stringify(body))} \\\n  | ${end}`;
  // The picture is read from its file, and not as an argument, for which it would be too long.
  const here = JSON.stringify(body).replace(/[\\$`]/g, "\\$&");   // as a here-document takes it
  const data = `data:${mediaType(image)};base64,$(base64 < ${shell(image)} | tr -d '\\n')`;
  return `${start} -d @- <<END | ${end}\n${here.replace('"image":""', () => `"image":"${data}"`)}\nEND`;
}

const mediaType = name => /\.jpe?g$/i.test(name) ? "image/jpeg" : /\.webp$/i.test(name) ? "image/webp" : "image/png";

function csharp({ request, number, image }, origin, hasKey) {
  const file = `await File.ReadAllBytesAsync(${literal(image)})`, lines = [];
  if (request.prompts) {
    const [text, picture] = request.prompts;
    lines.push(`Prompts = [new() { Text = ${literal(text.text)}, Weight = ${text.weight} }, new() { Image = ${file}, Weight = ${picture.weight} }]`);
  } else {
    if (request.prompt) lines.push(`Prompt = ${literal(request.prompt)}`);
    if (image) lines.push(`Image = ${file}`);
  }
  lines.push(`Seed = ${request.seed}`, `Model = ${literal(request.model)}`, `Candidates = ${request.candidates}`, `Keep = ${request.n}`);
  lines.push(`TopK = ${request.top_k}`, `TopP = ${request.top_p}`, `Temperature = ${request.temperature}`);
  if (request.output_format !== "png") lines.push(`Format = ClipGen.ImageFormat.${request.output_format === "jpeg" ? "Jpeg" : "Webp"}`);
  if (request.priority === "batch") lines.push("Priority = ClipGen.GenerationPriority.Batch");
  const key = hasKey ? `\n    options.ApiKey = Environment.GetEnvironmentVariable("CLIPGEN_API_KEY");` : "";
  return `// Program.cs of a console project with the package ClipGen.Client
using ClipGen.Client;
using Microsoft.Extensions.DependencyInjection;

var services = new ServiceCollection();
services.AddClipGenClient(options =>
{
    options.BaseAddress = new Uri(${literal(origin)});${key}
});
await using var provider = services.BuildServiceProvider();
var client = provider.GetRequiredService<IClipGenClient>();

var drawn = await client.GenerateAsync(new()
{
${lines.map(line => `    ${line},`).join("\n")}
});
await drawn.Images[${number}].SaveAsync("picture.${extension(request)}");
`;
}

/** Begins as a command's options do, as its files of further arguments (@), or as its help on Windows (/?). */
const looksLikeOption = text => /^[-@/]/.test(text);

function cli({ request, image }, origin) {
  const words = ["clipgen generate"], text = request.prompt ?? request.prompts?.[0].text;
  if (text && !looksLikeOption(text)) words.push(shell(text));
  if (image) words.push(`--image ${shell(looksLikeOption(image) ? `./${image}` : image)}`);
  if (request.prompts) words.push(`--weights ${request.prompts.map(part => part.weight).join(",")}`);
  words.push(`--server ${shell(origin)}`, `--seed ${request.seed}`, `--model ${shell(request.model)}`, `--candidates ${request.candidates}`, `-n ${request.n}`);
  words.push(`--top-k ${request.top_k}`, `--top-p ${request.top_p}`, `--temperature ${request.temperature}`);
  if (request.output_format !== "png") words.push(`--format ${request.output_format}`);
  if (text && looksLikeOption(text)) words.push("--", shell(text));
  return words.join(" ");
}
