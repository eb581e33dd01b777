using System.CommandLine;
using ClipGen.Cli.Commands;
using ClipGen.Cli.Terminal;
using ClipGen.Engine.Devices;

NativeEnvironment.Prepare(training: args is ["train", ..]);
var root = new RootCommand("Draws pictures from text with CLIP-GEN: CLIP text encoder, GPT over VQGAN codes, VQGAN decoder, CLIP rerank.")
{
    GenerateCommand.Create(),
    InspectCommand.Create(),
    ServeCommand.Create(),
    ModelCommand.Create(),
    TrainCommand.Create(),
    EvalCommand.Create(),
    BenchCommand.Create(),
    ChaosCommand.Create(),
};
return await CommandRunner.RunAsync(root, args);
