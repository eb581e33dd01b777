using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Storage;

public sealed class FileImageStoreOptions
{
    public const string SectionName = "ClipGen:FileImageStore";

    public const string DefaultFolder = "images";

    /// <summary>Folder the files go to; made if it is missing. Default: <c>images</c> in the data folder, or in the current one where there is none.</summary>
    [Required]
    public string RootFolder { get; set; } = DefaultFolder;
}

[OptionsValidator]
internal sealed partial class FileImageStoreOptionsValidator : IValidateOptions<FileImageStoreOptions>;
