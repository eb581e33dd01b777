namespace ClipGen.Gateway.Errors;

/// <summary>One thing wrong with a request.</summary>
/// <param name="Code">Of <see cref="Client.Wire.WireNames.ErrorCodes"/>.</param>
/// <param name="Param">The member's name.</param>
/// <param name="Message">What is wrong and what would be right, to be read after the name.</param>
internal sealed record Problem(string Code, string Param, string Message);
