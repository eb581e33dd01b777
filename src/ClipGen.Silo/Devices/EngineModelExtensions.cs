using ClipGen.Engine.Devices;

namespace ClipGen.Silo.Devices;

public static class EngineModelExtensions
{
    /// <summary>What callers are told of a model that an engine has, or will have, loaded.</summary>
    public static ModelDescription Describe(this EngineModel model) => new()
    {
        Name = model.Name,
        Digest = model.Digest,
        DefaultCandidates = model.DefaultCandidates,
        CodebookSize = model.CodebookSize,
        CodesPerImage = model.CodesPerImage,
        ImageSize = model.ImageSize,
    };
}
