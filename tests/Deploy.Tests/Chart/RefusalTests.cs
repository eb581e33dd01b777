namespace ClipGen.Deploy.Tests.Chart;

/// <summary>What cannot work is refused before anything is installed, and the message says what to do.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("storage.kind is file", "storage.kind=file")]
    [InlineData("there may be 10 gateways", "storage.kind=file", "gateway.replicas=1", "gateway.autoscaling.enabled=true")]
    [InlineData("neither storage.azure.existingSecret nor storage.azure.accountUrl", "storage.kind=azure")]
    [InlineData("storage.azure has both", "storage.kind=azure", "storage.azure.existingSecret=a", "storage.azure.accountUrl=https://a.example.com")]
    [InlineData("pools.gpu is to use CUDA, but asks for no GPU", "pools.gpu.gpu.count=0")]
    [InlineData("pools.gpu is to use CUDA, but asks for no GPU", "pools.gpu.gpu.resource=")]
    [InlineData("pools.more is to use CUDA, but asks for no GPU", "pools.more.replicas=1")]
    [InlineData("pools.more.devices has a CUDA device, but its backend is cpu", "pools.more.backend=cpu", "pools.more.devices={cuda:0}", "pools.more.gpu.resource=nvidia.com/gpu", "pools.more.gpu.count=1")]
    [InlineData("would hold a GPU that it does not use", "pools.gpu.backend=cpu")]
    [InlineData("auth.anonymous lets everybody in", "auth.anonymous=true", "gateway.ingress.enabled=true", "gateway.ingress.host=a.example.com")]
    [InlineData("auth.anonymous lets everybody in", "auth.anonymous=true", "gateway.httpRoute.enabled=true", "gateway.httpRoute.parentRefs[0].name=a")]
    [InlineData("auth.anonymous is true, but auth.existingSecret", "auth.anonymous=true", "auth.existingSecret=a")]
    [InlineData("gateway.ingress.host is empty", "gateway.ingress.enabled=true")]
    [InlineData("gateway.httpRoute.parentRefs is empty", "gateway.httpRoute.enabled=true")]
    [InlineData("There is no Redis", "redis.enabled=false")]
    [InlineData("but redis.enabled is true", "redis.existingSecret=a")]
    [InlineData("cluster.tls is on, but there is no certificate", "cluster.tls.enabled=true")]
    [InlineData("cluster.tls has both existingSecret and certManager.enabled", "cluster.tls.enabled=true", "cluster.tls.existingSecret=a", "cluster.tls.certManager.enabled=true")]
    [InlineData("cluster.tls.enabled is false, and silos would talk in the clear", "cluster.tls.existingSecret=a")]
    [InlineData("cluster.tls.enabled is false, and silos would talk in the clear", "cluster.tls.authoritySecret=a")]
    [InlineData("cluster.tls.enabled is false, and silos would talk in the clear", "cluster.tls.certManager.enabled=true")]
    [InlineData("issuerRef names an issuer, but cluster.tls.certManager.enabled is false", "cluster.tls.enabled=true", "cluster.tls.existingSecret=a", "cluster.tls.certManager.issuerRef.name=b")]
    [InlineData("it would be renewed all the time", "cluster.tls.enabled=true", "cluster.tls.certManager.enabled=true", "cluster.tls.certManager.renewBeforeHours=2160")]
    [InlineData("silo.settings has ClipGen:Cluster:Tls:Name", "silo.settings.ClipGen:Cluster:Tls:Name=a")]
    [InlineData("There is no pool", "pools.gpu=null")]
    [InlineData("No pool with replicas offers the stage decode", "pools.gpu.stages={encode,sample}")]
    [InlineData("No pool with replicas offers the stage encode", "pools.gpu.replicas=0")]
    [InlineData("silo.keda.prometheusAddress is empty", "pools.gpu.autoscaling.enabled=true")]
    [InlineData("minReplicas is more than maxReplicas", "pools.gpu.autoscaling.enabled=true", "silo.keda.prometheusAddress=http://a:9090", "pools.gpu.autoscaling.minReplicas=5")]
    [InlineData("gateway.autoscaling.minReplicas is 11", "gateway.autoscaling.enabled=true", "gateway.autoscaling.minReplicas=11")]
    [InlineData("no metric to go by", "gateway.autoscaling.enabled=true", "gateway.autoscaling.targetCPUUtilizationPercentage=0")]
    [InlineData("models.pvc.claimName is empty", "models.source=pvc")]
    [InlineData("models.hostPath.path is empty", "models.source=hostPath")]
    [InlineData("models.pull.bundles is empty", "models.source=pull")]
    [InlineData("pools.gpu is to load the model coco, which models.pull.bundles does not fetch", "models.source=pull", "pools.gpu.models={coco}")]
    [InlineData("settings has ClipGen:Cluster:Connection", "settings.ClipGen:Cluster:Connection=redis://a")]
    [InlineData("gateway.settings has ClipGen:Auth:AllowAnonymous", "gateway.settings.ClipGen:Auth:AllowAnonymous=true")]
    [InlineData("pools.gpu.settings has ClipGen:Devices:Names:0", "pools.gpu.settings.ClipGen:Devices:Names:0=cpu")]
    [InlineData("pools.redis has the name of another part", "pools.redis.backend=cpu")]
    public async Task It_says_what_cannot_work(string message, params string[] sets)
    {
        var outcome = await Helm.TemplateAsync("ci/default", [.. sets.SelectMany(set => new[] { "--set", set })]);

        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains(message, outcome.Errors);
        Assert.Contains("This cannot work:", outcome.Errors);
    }

    [Fact]
    public async Task It_says_everything_at_once()
    {
        var outcome = await Helm.TemplateAsync("ci/default", "--set", "storage.kind=file", "--set", "redis.enabled=false", "--set", "pools.gpu.gpu.count=0");

        Assert.Contains("storage.kind is file", outcome.Errors);
        Assert.Contains("There is no Redis", outcome.Errors);
        Assert.Contains("asks for no GPU", outcome.Errors);
    }

    [Theory]
    [InlineData("gateway.replica=1")]
    [InlineData("gateway.replicas=two")]
    [InlineData("gateway.image.tag=latest")]
    [InlineData("pools.gpu.imageTag=latest")]
    [InlineData("pools.gpu.replica=1")]
    [InlineData("pools.GPU.replicas=1")]
    [InlineData("pools.a-name-that-is-too-long-for-pods.replicas=1")]
    [InlineData("pools.gpu.backend=rocm")]
    [InlineData("pools.gpu.stages={encode,rerank}")]
    [InlineData("pools.gpu.devices={gpu}")]
    [InlineData("pools.gpu.gpu.resource=gpu")]
    [InlineData("storage.kind=s3")]
    [InlineData("storage.azure.accountUrl=http://plain.example.com")]
    [InlineData("settings.Logging:LogLevel=Debug")]
    [InlineData("redis.appendfsync=no")]
    [InlineData("models.pull.bundles[0].name=a")]
    [InlineData("cluster.id=not a label")]
    [InlineData("cluster.tls.name=*.example.com")]
    [InlineData("cluster.tls.handshakeTimeoutSeconds=61")]
    [InlineData("cluster.tls.certManager.issuer=a")]
    [InlineData("surprise=1")]
    public async Task Values_that_the_schema_does_not_know_are_refused(string set)
    {
        var outcome = await Helm.TemplateAsync("ci/default", "--set", set);

        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("values don't meet the specifications of the schema", outcome.Errors);
    }

    [Fact]
    public async Task Helms_own_values_are_not()
    {
        var outcome = await Helm.TemplateAsync("ci/default", "--set", "global.anything=1");

        Assert.True(outcome.ExitCode == 0, outcome.Errors);
    }
}
